package dev.millrace.benchmarks.stage;

import dev.millrace.benchmarks.load.LoadPlan;
import dev.millrace.benchmarks.load.Sender;
import dev.millrace.benchmarks.machine.Latencies;
import dev.millrace.quickstart.postgres.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/// What this machine does without Millrace, at this hour, by the same client and on the same PostgreSQL: without it a
/// figure says as much about the machine as about the platform.
public final class Baselines {

    private static final String DATABASE = "baseline";
    static final String SINGLE = "insert into row (id, body) values (?, ?)";

    private static final int CONNECTIONS = 32;
    private static final int BATCH_CONNECTIONS = 2;
    private static final int BATCH = 100;

    private final EmbeddedPostgres postgres;
    private final Load load;
    private final LoadPlan bare;
    private boolean isWarm;

    Baselines(EmbeddedPostgres postgres, Load load, int witnessPort, int connections) {
        this.postgres = postgres;
        this.load = load;
        this.bare = LoadPlan.closed(witnessPort, "/bare", List.of(new Sender("none", "")), connections);
    }

    /// @param requests bare HTTP requests a second, by the load generator to the witness
    /// @param single   rows a second, one row and one commit each, 32 connections
    /// @param batched  rows a second, 100 rows in a statement and a commit, 2 connections
    public record Raw(double requests, double single, double batched) {}

    /// Measures for about three times `seconds`.
    public Raw measure(double seconds) {
        prepare();
        if (!isWarm) {
            isWarm = true;
            load.run(bare.forSeconds(seconds));
            inserts(CONNECTIONS, 1, seconds);
            inserts(BATCH_CONNECTIONS, BATCH, seconds);
        }
        double requests = load.run(bare.forSeconds(seconds)).rate();
        return new Raw(requests, inserts(CONNECTIONS, 1, seconds), inserts(BATCH_CONNECTIONS, BATCH, seconds));
    }

    /// The same at a steady rate in an open loop, from the intended time.
    ///
    /// @param requests bare HTTP requests, by the load generator to the witness
    /// @param inserts  rows, one row and one commit each, over 32 connections
    public record Paced(Latencies requests, Latencies inserts) {}

    /// Measures for about twice `seconds`.
    ///
    /// @param rate requests, and rows, a second
    public Paced measureAt(double rate, double seconds) {
        prepare();
        var requests = load.run(bare.atRate(rate).forSeconds(seconds)).latency();
        var opened = new ArrayList<Connection>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                opened.add(postgres.connect(DATABASE));
            }
            var inserts = new PacedInserts().run(opened, rate, seconds);
            for (var connection : opened) {
                connection.close();
            }
            return new Paced(requests, inserts);
        } catch (SQLException failure) {
            throw new IllegalStateException("The baseline failed", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", interrupted);
        }
    }

    private void prepare() {
        postgres.createDatabase(DATABASE);
        try (var connection = postgres.connect(DATABASE);
                var statement = connection.createStatement()) {
            // What the server does for this table in the background would be done while something else is measured.
            statement.execute("create table if not exists row (id uuid primary key, body bytea not null, "
                    + "created_at timestamptz not null default now()) with (autovacuum_enabled = false)");
            statement.execute("truncate row");
        } catch (SQLException failure) {
            throw new IllegalStateException("The baseline's table could not be made", failure);
        }
    }

    private double inserts(int connections, int rows, double seconds) {
        var done = new LongAdder();
        long deadline = System.nanoTime() + (long) (seconds * 1e9);
        long beganAt = System.nanoTime();
        var threads = new ArrayList<Thread>();
        var failures = new java.util.concurrent.ConcurrentLinkedQueue<SQLException>();
        var opened = new ArrayList<Connection>();
        try {
            for (int i = 0; i < connections; i++) {
                opened.add(postgres.connect(DATABASE));
            }
            deadline += System.nanoTime() - beganAt;
            beganAt = System.nanoTime();
            long until = deadline;
            for (var connection : opened) {
                threads.add(Thread.ofPlatform().name("baseline").start(() -> {
                    try {
                        insert(connection, rows, until, done);
                    } catch (SQLException failure) {
                        failures.add(failure);
                    }
                }));
            }
            for (var thread : threads) {
                thread.join();
            }
            double took = (System.nanoTime() - beganAt) / 1e9;
            for (var connection : opened) {
                connection.close();
            }
            if (!failures.isEmpty()) {
                throw new IllegalStateException("The baseline failed", failures.peek());
            }
            return done.sum() / took;
        } catch (SQLException failure) {
            throw new IllegalStateException("The baseline failed", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", interrupted);
        }
    }

    private static void insert(Connection connection, int rows, long until, LongAdder done) throws SQLException {
        var body = new byte[200];
        ThreadLocalRandom.current().nextBytes(body);
        var sql = rows == 1 ? SINGLE : "insert into row (id, body) select * from unnest(?::uuid[], ?::bytea[])";
        try (var statement = connection.prepareStatement(sql)) {
            while (System.nanoTime() - until < 0) {
                if (rows == 1) {
                    statement.setObject(1, UUID.randomUUID());
                    statement.setBytes(2, body);
                } else {
                    var ids = new UUID[rows];
                    var bodies = new byte[rows][];
                    for (int i = 0; i < rows; i++) {
                        ids[i] = UUID.randomUUID();
                        bodies[i] = body;
                    }
                    statement.setArray(1, connection.createArrayOf("uuid", ids));
                    statement.setArray(2, connection.createArrayOf("bytea", bodies));
                }
                statement.executeUpdate();
                done.add(rows);
            }
        }
    }
}
