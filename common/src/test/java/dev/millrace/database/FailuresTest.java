package dev.millrace.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.transaction.CannotCreateTransactionException;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FailuresTest {

    private static Throwable wrapped(SQLException failure) {
        return new IllegalStateException(new UncategorizedSQLException("settle", "select 1", failure));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "08000, connection exception",
        "08001, can't connect",
        "08003, connection does not exist",
        "08006, connection failure",
        "57P01, admin shutdown",
        "57P02, crash shutdown",
        "57P03, cannot connect now",
        "57P05, idle session timeout",
        "53100, disk full",
        "53200, out of memory",
        "53300, too many connections",
        "40001, serialization failure",
        "40P01, deadlock",
    })
    void a_database_that_is_away_starting_stopping_full_or_busy_is_unreachable_and_refused_nothing(
            String state, String meaning) {
        var failure = wrapped(new SQLException(meaning, state));
        assertThat(Failures.unreachable(failure)).isTrue();
        assertThat(Failures.refusedRow(failure)).isFalse();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "22021, a NUL in a text",
        "22P02, no such uuid",
        "22003, number out of range",
        "22001, text too long",
        "23505, unique key",
        "23514, check",
        "23503, foreign key",
        "23502, not null",
        "21000, the same key twice in one statement",
    })
    void a_value_or_a_row_that_the_database_does_not_take_is_refused_and_the_database_is_there(
            String state, String meaning) {
        var failure = wrapped(new SQLException(meaning, state));
        assertThat(Failures.refusedRow(failure)).isTrue();
        assertThat(Failures.unreachable(failure)).isFalse();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"57014, cancelled", "42601, syntax", "42P01, no such table", "25006, read only"})
    void any_other_failure_is_neither(String state, String meaning) {
        var failure = wrapped(new SQLException(meaning, state));
        assertThat(Failures.unreachable(failure)).isFalse();
        assertThat(Failures.refusedRow(failure)).isFalse();
    }

    @Test
    void a_pool_without_a_connection_is_an_unreachable_database() {
        var timeout = new SQLTransientConnectionException("HikariPool-1 - Connection is not available");
        assertThat(Failures.unreachable(new CannotGetJdbcConnectionException("no connection", timeout)))
                .isTrue();
        assertThat(Failures.unreachable(new CannotCreateTransactionException("no connection", timeout)))
                .isTrue();
        assertThat(Failures.unreachable(
                        new DataAccessResourceFailureException("gone", new SQLRecoverableException("closed"))))
                .isTrue();
    }

    @Test
    void a_transaction_that_can_not_begin_fails_as_any_statement_does() {
        var away = new AbstractDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                throw new SQLTransientConnectionException("HikariPool-1 - Connection is not available");
            }

            @Override
            public Connection getConnection(String user, String password) throws SQLException {
                return getConnection();
            }
        };
        assertThatThrownBy(() -> new Database(away).inTransaction(connection -> 1))
                .isInstanceOf(DataAccessException.class)
                .satisfies(failure -> assertThat(Failures.unreachable(failure)).isTrue());
    }

    @Test
    void a_state_that_stands_deeper_in_the_chain_is_found() {
        var outer = new BatchUpdateException("batch", null, new int[0], new SQLException("unique", "23505"));
        assertThat(Failures.refusedRow(wrapped(outer))).isTrue();
    }

    @Test
    void a_bug_of_ours_is_neither() {
        assertThat(Failures.unreachable(new IllegalStateException("bug"))).isFalse();
        assertThat(Failures.refusedRow(new IllegalStateException("bug"))).isFalse();
    }

    @Test
    void a_real_postgresql_that_refuses_a_nul_or_a_second_key_says_so() {
        try (var test = TestDatabase.create()) {
            var client = test.database().client();
            assertThat(failureOf(() -> client.sql("select cast(:text as text)")
                            .param("text", "a\0b")
                            .query(String.class)
                            .single()))
                    .satisfies(
                            failure -> assertThat(Failures.refusedRow(failure)).isTrue());
            client.sql("create table one (id int primary key)").update();
            client.sql("insert into one values (1)").update();
            assertThat(failureOf(() -> client.sql("insert into one values (1)").update()))
                    .satisfies(
                            failure -> assertThat(Failures.refusedRow(failure)).isTrue());
        }
    }

    @Test
    void a_real_postgresql_that_ends_our_connection_is_unreachable() {
        try (var test = TestDatabase.create()) {
            assertThat(failureOf(() -> test.database()
                            .client()
                            .sql("select pg_terminate_backend(pg_backend_pid())")
                            .query(Boolean.class)
                            .single()))
                    .satisfies(
                            failure -> assertThat(Failures.unreachable(failure)).isTrue());
        }
    }

    private static Throwable failureOf(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException failure) {
            return failure;
        }
        throw new AssertionError("it did not fail");
    }

    @Test
    void a_database_that_goes_away_in_the_middle_of_a_transaction_is_unreachable_though_nothing_can_be_rolled_back() {
        try (var test = TestDatabase.create();
                var pool = new HikariDataSource()) {
            pool.setDataSource(test.source());
            var database = new Database(pool);

            assertThatThrownBy(() -> database.inTransaction(connection -> {
                        try (var statement = connection.createStatement()) {
                            return statement.execute("select pg_terminate_backend(pg_backend_pid())");
                        }
                    }))
                    .isInstanceOf(DataAccessException.class)
                    .matches(Failures::unreachable);
        }
    }
}
