package dev.millrace.api.accept;

import dev.millrace.batch.Admission;
import dev.millrace.job.NewJob;
import dev.millrace.room.SharedRoom;
import java.util.UUID;

/// Which submissions may wait for their commit: so many and so many bytes, of neither all for one project. What its
/// caller waits for no longer counts until a writer has passed it over.
final class WaitingShares implements Admission<NewJob> {

    private final SharedRoom<UUID> pieces;
    private final SharedRoom<UUID> bytes;

    WaitingShares(SharedRoom<UUID> pieces, SharedRoom<UUID> bytes) {
        this.pieces = pieces;
        this.bytes = bytes;
    }

    static long bytes(NewJob job) {
        return job.request().length;
    }

    @Override
    public boolean enter(NewJob job) {
        if (!pieces.take(job.project(), 1)) {
            return false;
        }
        if (!bytes.take(job.project(), bytes(job))) {
            pieces.give(job.project(), 1);
            return false;
        }
        return true;
    }

    @Override
    public void leave(NewJob job) {
        pieces.give(job.project(), 1);
        bytes.give(job.project(), bytes(job));
    }
}
