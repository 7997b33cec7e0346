package dev.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.quickstart.process.CannotContinue;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class OptionsTest {

    @Test
    void without_a_word_all_rows_are_measured_five_times_after_a_warm_up() {
        var options = Options.parse(List.of());
        assertThat(options.rows())
                .containsExactly(
                        "accept",
                        "accept-open",
                        "whole",
                        "pickup",
                        "overload",
                        "interactive",
                        "stream",
                        "hang",
                        "interactive-overload");
        assertThat(options.profile()).isEmpty();
        assertThat(options.settings().runs()).isEqualTo(5);
        assertThat(options.settings().warmUp()).isEqualTo(100_000);
        assertThat(options.settings().connections()).isEqualTo(64);
        assertThat(options.settings().projects()).isEqualTo(20);
        assertThat(options.settings().settings()).isEmpty();
    }

    @Test
    void a_quick_look_is_one_short_run_unless_told_otherwise() {
        var settings = Options.parse(List.of("--quick", "--warm-up", "50")).settings();
        assertThat(settings.quick()).isTrue();
        assertThat(settings.runs()).isEqualTo(1);
        assertThat(settings.warmUp()).isEqualTo(50);
        assertThat(settings.runSeconds(30)).isEqualTo(2);
    }

    @Test
    void settings_of_the_services_may_be_many() {
        var options = Options.parse(List.of("--set", "millrace.dispatch.room=1024", "--set=millrace.accept.writers=3"));
        assertThat(options.settings().settings())
                .containsEntry("millrace.dispatch.room", "1024")
                .containsEntry("millrace.accept.writers", "3");
        assertThat(options.given()).containsKey("set");
    }

    @Test
    void a_profile_has_its_sizes() {
        var options =
                Options.parse(List.of("--profile", "history", "--rows-count", "1,000", "--json", "target/x.json"));
        assertThat(options.profile()).contains("history");
        assertThat(options.sizes().history()).isEqualTo(1_000);
        assertThat(options.json()).contains(Path.of("target/x.json"));
    }

    @Test
    void what_is_not_known_is_refused_by_name() {
        assertThatThrownBy(() -> Options.parse(List.of("--ruuns", "3")))
                .isInstanceOf(CannotContinue.class)
                .hasMessageContaining("--ruuns");
        assertThatThrownBy(() -> Options.parse(List.of("--runs", "none"))).hasMessageContaining("none");
        assertThatThrownBy(() -> Options.parse(List.of("--runs"))).hasMessageContaining("needs a value");
        assertThatThrownBy(() -> Options.parse(List.of("--set", "x"))).hasMessageContaining("NAME=VALUE");
    }

    @Test
    void an_unknown_row_or_profile_ends_with_a_sentence_and_1() {
        assertThat(run("--rows", "accept,speed")).startsWith("1 millrace: There is no row \"speed\"");
        assertThat(run("--profile", "speed")).startsWith("1 millrace: There is no profile \"speed\"");
    }

    @Test
    void help_names_every_option() {
        assertThat(run("--help")).startsWith("0 ").contains("--rows-count", "--profile", "--jfr", "--window", "--set");
    }

    private static String run(String... words) {
        var out = new ByteArrayOutputStream();
        var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        int status = Benchmarks.run(stream, stream, List.of(words));
        return status + " " + out.toString(StandardCharsets.UTF_8);
    }
}
