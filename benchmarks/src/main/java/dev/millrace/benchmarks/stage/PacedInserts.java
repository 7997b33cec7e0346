package dev.millrace.benchmarks.stage;

import dev.millrace.benchmarks.machine.Latencies;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;

/// Single rows, a commit each, at a steady rate over several connections in turn: how long one takes from the moment it
/// was meant for. What is above the median here is the machine's, its disk's and PostgreSQL's.
final class PacedInserts {

    private final ConcurrentHistogram micros = new ConcurrentHistogram(600_000_000L, 3);
    private final ConcurrentLinkedQueue<SQLException> failures = new ConcurrentLinkedQueue<>();

    /// @param rate rows a second, over all connections
    Latencies run(List<Connection> connections, double rate, double seconds) throws SQLException, InterruptedException {
        long gap = (long) (1e9 / rate);
        long count = (long) (rate * seconds);
        long beginsAt = System.nanoTime();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < connections.size(); i++) {
            var connection = connections.get(i);
            int first = i;
            threads.add(Thread.ofPlatform().name("baseline").start(() -> {
                try {
                    insert(connection, beginsAt, gap, first, connections.size(), count);
                } catch (SQLException failure) {
                    failures.add(failure);
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw failures.remove();
        }
        return Latencies.of(micros);
    }

    private void insert(Connection connection, long beginsAt, long gap, int first, int step, long count)
            throws SQLException {
        var body = new byte[200];
        ThreadLocalRandom.current().nextBytes(body);
        try (var statement = connection.prepareStatement(Baselines.SINGLE)) {
            for (long i = first; i < count; i += step) {
                long meantFor = beginsAt + i * gap;
                for (long left = meantFor - System.nanoTime(); left > 0; left = meantFor - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                statement.setObject(1, UUID.randomUUID());
                statement.setBytes(2, body);
                statement.executeUpdate();
                micros.recordValue((System.nanoTime() - meantFor) / 1_000);
            }
        }
    }
}
