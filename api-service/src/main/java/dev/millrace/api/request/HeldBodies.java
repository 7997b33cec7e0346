package dev.millrace.api.request;

import dev.millrace.api.http.Body;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.security.Caller;
import dev.millrace.room.SharedRoom;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.util.unit.DataSize;

/// Reads bodies, and counts what is held of them until they are answered. What there is no room for is refused, so
/// that those who were let in are served; and no project takes all the room.
public final class HeldBodies {

    /// What the smallest one counts as: its connection has buffers of this size.
    static final long LEAST = 8 * 1024;

    /// A body takes more than its own bytes until it is answered: what it is parsed into, and what is sent on.
    private static final int PART_OF_THE_HEAP = 4;

    private final SharedRoom<UUID> room;
    private final long mostBody;
    private final Duration deadline;
    private final Supplier<Problem> full;

    /// @param mostHeld of all bodies together
    /// @param mostBody of one
    /// @param deadline for one to be there
    /// @param full what is said where there is no room
    public HeldBodies(DataSize mostHeld, DataSize mostBody, Duration deadline, Supplier<Problem> full) {
        this.room = new SharedRoom<>(
                Math.min(mostHeld.toBytes(), Runtime.getRuntime().maxMemory() / PART_OF_THE_HEAP));
        this.mostBody = mostBody.toBytes();
        this.deadline = deadline;
        this.full = full;
    }

    /// Answers a request whose body has been read.
    public interface Served {
        void answer(byte[] body) throws IOException;
    }

    /// Reads a body and has it answered.
    ///
    /// @throws Problem 408, 413, or where there is no room
    public void serve(HttpServletRequest request, Served served) throws IOException {
        try (var hold = new Hold(Caller.of(request).project())) {
            hold.expect(request.getContentLengthLong());
            var body = Body.read(request, mostBody, deadline, hold::grow).orElseThrow(() -> Problem.tooLarge(mostBody));
            hold.grow(body.length);
            served.answer(body);
        }
    }

    /// Bytes that are held now.
    public long bytes() {
        return room.taken();
    }

    /// What is held of one body.
    private final class Hold implements AutoCloseable {
        private final UUID project;
        private long bytes;

        Hold(UUID project) {
            this.project = project;
        }

        /// Refuses at once what there is no room for as things are. Nothing is kept free for it: it may never come.
        void expect(long declared) {
            if (declared <= mostBody && !room.has(project, Math.max(LEAST, declared))) {
                throw full.get();
            }
        }

        void grow(long length) {
            long now = Math.max(LEAST, length);
            if (now > bytes && !room.take(project, now - bytes)) {
                throw full.get();
            }
            if (now < bytes) {
                room.give(project, bytes - now);
            }
            bytes = now;
        }

        @Override
        public void close() {
            room.give(project, bytes);
        }
    }
}
