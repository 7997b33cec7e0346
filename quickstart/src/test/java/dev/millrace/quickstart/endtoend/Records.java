package dev.millrace.quickstart.endtoend;

import dev.millrace.quickstart.platform.Platform;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.awaitility.Awaitility;

/// The platform's rows, watched and locked from outside.
final class Records {

    private final Platform platform;

    Records(Platform platform) {
        this.platform = platform;
    }

    static UUID uuid(String job) {
        var hex = job.substring("job_".length());
        return UUID.fromString(hex.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5"));
    }

    /// Keeps a table locked, so that whoever writes to it next waits there.
    AutoCloseable lock(String table) throws SQLException {
        var connection = platform.postgres().connect(Platform.DATABASE);
        connection.setAutoCommit(false);
        connection.createStatement().execute("lock table " + table + " in share mode");
        return () -> {
            connection.rollback();
            connection.close();
        };
    }

    /// Waits until a query about a job answers with a row.
    void await(String query, String job) {
        Awaitility.await(query)
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !texts(query, uuid(job)).isEmpty());
    }

    /// Waits until somebody waits for a lock.
    void awaitBlocked() {
        Awaitility.await("somebody waits for the lock")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !texts("select pid::text from pg_stat_activity where wait_event_type = 'Lock'"
                                + " and query ilike '%insert into%'")
                        .isEmpty());
    }

    /// Ends the sessions that wait for a lock: what a dead client had sent would otherwise still be carried out.
    void endBlocked() {
        texts("select pg_terminate_backend(pid)::text from pg_stat_activity where wait_event_type = 'Lock'");
    }

    List<String> texts(String query, Object... parameters) {
        try (Connection connection = platform.postgres().connect(Platform.DATABASE);
                var statement = connection.prepareStatement(query)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            var texts = new ArrayList<String>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    texts.add(String.valueOf(rows.getString(1)));
                }
            }
            return texts;
        } catch (SQLException failure) {
            throw new AssertionError(query, failure);
        }
    }

    /// One of a job's events.
    record Event(String type, Instant at) {}

    /// A job's events by their sequence.
    NavigableMap<Long, Event> events(String job) {
        var events = new TreeMap<Long, Event>();
        texts("""
                        select sequence || ' ' || type || ' ' || (extract(epoch from created_at) * 1000)::bigint
                        from job_event where job_id = ?
                        """, uuid(job)).stream()
                .map(line -> line.split(" "))
                .forEach(words -> events.put(
                        Long.valueOf(words[0]), new Event(words[1], Instant.ofEpochMilli(Long.parseLong(words[2])))));
        return events;
    }

    long count(String query, Object... parameters) {
        return Long.parseLong(texts(query, parameters).getFirst());
    }

    /// The process of the worker that holds a job, or the render of a job.
    Optional<Long> holder(String job) {
        return texts("""
                        select split_part(w.name, ':', 2)
                        from worker w
                        where w.id in (select owner from job_run where job_id = ?
                                       union all select claimed_by from render where job_id = ?
                                       union all select d.claimed_by from delivery_due d join delivery v
                                                 on v.id = d.delivery_id where v.job_id = ?)
                        """, uuid(job), uuid(job), uuid(job)).stream()
                .map(Long::valueOf)
                .findFirst();
    }
}
