package dev.millrace.database;

import java.sql.SQLException;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/// A database asked over a single connection, whose server keeps the plans of its statements.
public final class OneConnection implements AutoCloseable {

    /// So often a statement runs before the driver has prepared it at the server for good and the server has decided
    /// on a plan for it.
    public static final int UNTIL_PLANNED = 20;

    private final TestDatabase test;
    private final SingleConnectionDataSource connection;
    private final Database database;

    public OneConnection() {
        test = TestDatabase.create();
        try {
            connection = new SingleConnectionDataSource(test.source().getConnection(), true);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        database = new Database(connection);
    }

    public TestDatabase test() {
        return test;
    }

    public Database database() {
        return database;
    }

    /// Whether the statement with this text has run, and never with a plan made for one run alone.
    public boolean plannedOnce(String text) {
        return database.client()
                .sql("""
                        select generic_plans > 0 and custom_plans = 0 from pg_prepared_statements
                        where position(:text in statement) > 0 and statement not like '%pg_prepared_statements%'
                        """)
                .param("text", text)
                .query(Boolean.class)
                .single();
    }

    @Override
    public void close() {
        connection.destroy();
        test.close();
    }
}
