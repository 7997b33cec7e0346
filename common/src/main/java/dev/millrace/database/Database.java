package dev.millrace.database;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.TransactionTemplate;

/// The way to PostgreSQL: set-based statements on a bare connection where rows are competed for, [JdbcClient] for
/// reading. Failures come as Spring's `DataAccessException`.
public final class Database {

    /// Work on one connection; a single statement commits by itself.
    public interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private final JdbcTemplate jdbc;
    private final JdbcClient client;
    private final TransactionTemplate transaction;

    public Database(DataSource source) {
        this.jdbc = new JdbcTemplate(source);
        this.client = JdbcClient.create(jdbc);
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(source));
    }

    public <T> T run(Work<T> work) {
        var answer = jdbc.execute(work::on);
        if (answer == null) {
            throw new IllegalStateException("Work on a connection answered nothing");
        }
        return answer;
    }

    /// Several statements, one commit.
    public <T> T inTransaction(Work<T> work) {
        var answer = commit(work);
        if (answer == null) {
            throw new IllegalStateException("Work in a transaction answered nothing");
        }
        return answer;
    }

    private <T> @Nullable T commit(Work<T> work) {
        try {
            return transaction.execute(status -> run(work));
        } catch (TransactionException unfinished) {
            // A connection that went away in the middle cannot be rolled back either; what came first says why.
            if (unfinished instanceof TransactionSystemException also
                    && also.getApplicationException() instanceof DataAccessException first) {
                throw first;
            }
            // Spring has another family of exceptions for begin, commit and rollback.
            throw new DataAccessResourceFailureException("A transaction could not be begun or ended", unfinished);
        }
    }

    public JdbcClient client() {
        return client;
    }
}
