package dev.millrace.benchmarks.witness;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A number in a file that two processes have mapped: the one counts, the other looks, and neither calls the kernel.
public final class Tally {

    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final MemorySegment memory;

    private Tally(MemorySegment memory) {
        this.memory = memory;
    }

    /// A new tally at 0 for one who counts.
    static Tally create(Path file) throws IOException {
        Files.write(file, new byte[Long.BYTES]);
        return map(file);
    }

    /// The tally that somebody counts with.
    public static Tally read(Path file) throws IOException {
        return map(file);
    }

    void set(long number) {
        LONG.setRelease(memory, 0L, number);
    }

    public long get() {
        return (long) LONG.getAcquire(memory, 0L);
    }

    private static Tally map(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            // Mapped as long as the program runs.
            return new Tally(channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES, Arena.global()));
        }
    }
}
