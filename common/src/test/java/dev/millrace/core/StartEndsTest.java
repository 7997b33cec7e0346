package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/// A service that can't start, as the one who started it sees it: the whole output of its process.
@DisplayNameGeneration(ReplaceUnderscores.class)
class StartEndsTest {

    @Import(StartTest.Service.class)
    static class Program {

        @Bean
        @ConditionalOnProperty("test.bug")
        Object bug() {
            throw new IllegalStateException("a bug, which no setting explains");
        }

        public static void main(String[] arguments) {
            Start.run(Program.class, arguments);
        }
    }

    private record Ended(int code, String output) {}

    private static Ended start(String... settings) throws Exception {
        return start(Map.of(), settings);
    }

    private static Ended start(Map<String, String> variables, String... settings) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        // Of the services' own logging, not of the tests'.
        command.add("-Dlogging.config=classpath:dev/millrace/core/services-logback.xml");
        command.add(Program.class.getName());
        command.add("--spring.config.location=classpath:millrace-defaults.yml");
        command.add("--spring.main.web-application-type=none");
        for (var setting : settings) {
            command.add("--" + setting);
        }
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(variables);
        var process = builder.start();
        try (var output = process.getInputStream()) {
            var text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return new Ended(process.exitValue(), text);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void it_ends_with_one_sentence_and_nothing_else_and_shows_no_value() throws Exception {
        assertThat(start("millrace.secret-key=canary", "millrace.providers.p.api-key=canary"))
                .isEqualTo(new Ended(
                        1,
                        "Unknown setting millrace.providers.p.api-key (\"millrace.providers.p.api-key\" from property"
                                + " source \"commandLineArgs\").\n"));
    }

    @Test
    void so_it_does_for_a_misspelt_variable_of_the_environment() throws Exception {
        assertThat(start(Map.of("MILLRACE_SECERT_KEY", "canary")))
                .isEqualTo(new Ended(
                        1,
                        "Unknown setting MILLRACE_SECERT_KEY in the environment; the nearest known is"
                                + " MILLRACE_SECRET_KEY.\n"));
    }

    @Test
    void what_no_setting_explains_is_told_at_length() throws Exception {
        var ended = start("millrace.secret-key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "test.bug=true");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).contains("a bug, which no setting explains", "at dev.millrace.core.StartEndsTest");
    }
}
