package dev.millrace.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EnvFileTest {

    @TempDir
    Path folder;

    @Test
    void lines_are_read_as_shells_write_them() throws IOException {
        var file = folder.resolve(".env");
        Files.writeString(file, """
                # a comment
                VECTOR_API_KEY=abc
                export VECTOR_BASE_URL = https://example.com/v1   # where

                QUOTED="a # b"
                SINGLE='x y'
                EMPTY=
                not a line
                """);
        assertThat(EnvFile.read(file))
                .containsExactly(
                        entry("VECTOR_API_KEY", "abc"),
                        entry("VECTOR_BASE_URL", "https://example.com/v1"),
                        entry("QUOTED", "a # b"),
                        entry("SINGLE", "x y"),
                        entry("EMPTY", ""));
    }

    @Test
    void no_file_means_no_variables() {
        assertThat(EnvFile.read(folder.resolve(".env"))).isEmpty();
    }
}
