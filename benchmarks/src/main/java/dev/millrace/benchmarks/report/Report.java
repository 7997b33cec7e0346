package dev.millrace.benchmarks.report;

import dev.millrace.benchmarks.machine.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// All that one call of `bench` measured.
///
/// @param settings what it was asked for, and what the platform was told beyond its defaults
public record Report(
        Instant date, String commit, Machine machine, Map<String, String> settings, List<Section> sections) {

    public boolean passes() {
        return sections.stream().allMatch(Section::passes);
    }

    public void writeJson(Path file) throws IOException {
        var json =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        var folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(file, json.writeValueAsString(this) + "\n");
    }
}
