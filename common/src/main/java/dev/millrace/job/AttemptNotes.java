package dev.millrace.job;

import dev.millrace.database.Columns;
import dev.millrace.database.Database;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Puts attempts on record while their job goes on: a paid create's intent before its first byte, a failed attempt
/// before the next begins, a long call while it lasts.
public final class AttemptNotes {

    // Updating the job's row is the fence: it is locked until the attempt is committed, so a take-back sees both.
    private static final String NOTE = """
            with input as (
                select * from unnest(?::uuid[], ?::int[], ?::uuid[], %s)
                     as t(job_id, epoch, owner, %s)
            ), gone as (
                update job_run r set attempts = greatest(r.attempts, i.number)
                from (select job_id, epoch, owner, max(number) as number from input group by 1, 2, 3) i
                where r.job_id = i.job_id and r.epoch = i.epoch and r.owner = i.owner
                returning r.job_id, r.epoch, r.owner, r.cancel_requested
            ), attempts as (
            %s
            ), spent as (
            %s
            )
            select job_id, owner, epoch from gone where not cancel_requested
            """.formatted(Attempts.TYPES, Attempts.NAMES, Attempts.WRITE, Attempts.SUM_UP);

    public record Note(Lease lease, AttemptReport attempt) {}

    private AttemptNotes() {}

    private record Call(Lease lease, int number) {}

    /// Answers the leases under which a job may go on: still its holder's, and not asked to be cancelled.
    public static Set<Lease> note(Database database, List<Note> batch) {
        var notes = lastOfEachCall(batch);
        return database.run(connection -> {
            var columns = new Columns<>(connection, notes);
            try (var statement = connection.prepareStatement(NOTE)) {
                statement.setArray(1, columns.uuids(note -> note.lease().job().value()));
                statement.setArray(2, columns.ints(note -> note.lease().epoch()));
                statement.setArray(3, columns.uuids(note -> note.lease().worker()));
                Attempts.set(statement, 4, notes, note -> Optional.of(note.attempt()));
                var leases = new HashSet<Lease>();
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        leases.add(new Lease(
                                new JobId(rows.getObject(1, UUID.class)),
                                rows.getObject(2, UUID.class),
                                rows.getInt(3)));
                    }
                }
                return leases;
            }
        });
    }

    /// A call that ends while the note of its beginning still waits has two in one batch, and one statement may not
    /// write a row twice.
    private static List<Note> lastOfEachCall(List<Note> batch) {
        var last = new LinkedHashMap<Call, Note>();
        batch.forEach(note -> last.put(new Call(note.lease(), note.attempt().number()), note));
        return List.copyOf(last.values());
    }
}
