package dev.millrace.database;

import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
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

    /// How its statements are planned from now on, and whether tables may be read from end to end.
    public String plannerSettings() {
        return database.client()
                .sql("select current_setting('plan_cache_mode') || ' ' || current_setting('enable_seqscan')")
                .query(String.class)
                .single();
    }

    /// How long the quickest of several took, which is the one that the machine disturbed least.
    ///
    /// @param input is made before the time counts
    public static <T> Duration quickest(int many, Supplier<T> input, Consumer<T> work) {
        var quickest = Duration.ofDays(1);
        for (int i = 0; i < many; i++) {
            var given = input.get();
            long began = System.nanoTime();
            work.accept(given);
            var taken = Duration.ofNanos(System.nanoTime() - began);
            quickest = taken.compareTo(quickest) < 0 ? taken : quickest;
        }
        return quickest;
    }

    @Override
    public void close() {
        connection.destroy();
        test.close();
    }
}
