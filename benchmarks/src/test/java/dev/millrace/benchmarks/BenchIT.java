package dev.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A short look whether all of it works together; the figures are not judged.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BenchIT {

    @Test
    void a_quick_run_measures_a_real_platform_and_writes_what_it_found(@TempDir Path folder) throws Exception {
        var json = folder.resolve("bench.json");
        var log = folder.resolve("out.txt");
        int status;
        try (var out = new PrintStream(log.toFile(), StandardCharsets.UTF_8)) {
            status = Benchmarks.run(
                    out,
                    out,
                    List.of(
                            "--quick",
                            "--rows",
                            "whole,pickup",
                            // In the first of them new JVMs may finish nothing: a job takes a second then.
                            "--seconds",
                            "4",
                            "--warm-up",
                            "200",
                            "--json",
                            json.toString(),
                            "--data",
                            folder.resolve("data").toString()));
        }
        assertThat(status).as(Files.readString(log)).isZero();
        knowsNoCanary(folder);
        var report = new JsonMapper().readTree(json.toFile());
        var whole = report.at("/sections/0");
        assertThat(figure(whole, "whole way")).isPositive();
        assertThat(figure(whole, "raw: bare request, same client")).isPositive();
        assertThat(whole.path("problems").size()).isZero();
        for (var process : List.of("api-service", "workers", "PostgreSQL", "Kafka", "simulator", "load", "witness")) {
            assertThat(whole.path("cpuPer1000").has(process)).as(process).isTrue();
        }
        assertThat(whole.at("/memory/Kafka/peakBytes").asLong()).isGreaterThan(1 << 20);
        assertThat(figure(report.at("/sections/1"), "pickup p50")).isPositive();
    }

    @Test
    void interactive_calls_and_streams_are_measured_beside_direct_ones_and_a_pass_through(@TempDir Path folder)
            throws Exception {
        var json = folder.resolve("bench.json");
        var log = folder.resolve("out.txt");
        int status;
        try (var out = new PrintStream(log.toFile(), StandardCharsets.UTF_8)) {
            status = Benchmarks.run(
                    out,
                    out,
                    List.of(
                            "--quick",
                            "--rows",
                            "interactive,stream,hang,interactive-overload",
                            "--seconds",
                            "0.5",
                            "--warm-up",
                            "200",
                            "--json",
                            json.toString(),
                            "--data",
                            folder.resolve("data").toString()));
        }
        assertThat(status).as(Files.readString(log)).isZero();
        knowsNoCanary(folder);
        var report = new JsonMapper().readTree(json.toFile());
        for (var section : report.path("sections")) {
            assertThat(section.path("problems").size()).as(section.toString()).isZero();
        }
        assertThat(figure(report.at("/sections/0"), "64 connections, instant provider"))
                .isPositive();
        assertThat(report.at("/sections/0/cpuPer1000").has("pass-through")).isTrue();
        assertThat(figure(report.at("/sections/1"), "CPU for 1,000 streams, api-service (goal 3)"))
                .isPositive();
        assertThat(figure(report.at("/sections/2"), "p99 beside, of p99 alone")).isPositive();
        assertThat(figure(report.at("/sections/3"), "callers heed nothing: refused"))
                .isPositive();
    }

    /// Failsafe puts a canary into this environment; see the module's pom. Settings, logs and the report are all that a
    /// run leaves behind.
    private static void knowsNoCanary(Path folder) throws IOException {
        assertThat(System.getenv("OPENAI_API_KEY")).startsWith("canary");
        try (var files = Files.walk(folder)) {
            var texts = files.filter(file -> file.toString().matches(".*\\.(yml|json|log|txt)"))
                    .toList();
            assertThat(texts).anyMatch(file -> file.endsWith("quickstart.yml")).hasSizeGreaterThan(5);
            for (var text : texts) {
                assertThat(text).content().doesNotContain("canary");
            }
        }
    }

    private static double figure(JsonNode section, String name) {
        return section.path("figures")
                .valueStream()
                .filter(figure -> figure.path("name").asString("").equals(name))
                .findFirst()
                .orElseThrow()
                .path("value")
                .asDouble();
    }
}
