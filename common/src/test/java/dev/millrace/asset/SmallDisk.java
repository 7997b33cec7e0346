package dev.millrace.asset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A real file system of 256 KiB, where this account may mount one; elsewhere the test that asks for it is left out.
public record SmallDisk(Path path) implements AutoCloseable {

    public SmallDisk {
        assumeTrue(
                succeeds("mount", "-t", "tmpfs", "-o", "size=256k", "millrace-test", path.toString()),
                "a small disk can only be mounted by root");
    }

    /// @param size as `mount` takes it, such as `8m`
    public void grow(String size) {
        assertThat(succeeds("mount", "-o", "remount,size=" + size, path.toString()))
                .isTrue();
    }

    @Override
    public void close() {
        assertThat(succeeds("umount", path.toString())).isTrue();
    }

    private static boolean succeeds(String... command) {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException noSuchCommand) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
