package dev.millrace.quickstart.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the documents say is there is there.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DocumentsTest {

    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]*)(#[^)]*)?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern FENCE = Pattern.compile("(?ms)^```([^\n]*)\n(.*?)^```$");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+(?:Test|IT|Contract))`");
    private static final Pattern METER = Pattern.compile("\"(millrace\\.[a-z.]*[a-z])\"");
    private static final Pattern METER_MADE = Pattern.compile(
            "(?:counter|gauge|(?:Timer|Counter|Gauge|MultiGauge|DistributionSummary)\\.builder)\\(\\s*\"([a-z.]+)\"");
    private static final Pattern COMMAND = Pattern.compile("\\./millrace ([a-z]+)");

    static Stream<Path> documents() {
        try (var top = Files.list(ProjectFiles.ROOT);
                var docs = Files.walk(ProjectFiles.file("docs"))) {
            return Stream.concat(top, docs).filter(file -> file.toString().endsWith(".md")).sorted().toList().stream();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void every_link_leads_to_a_file_and_to_a_heading_in_it(Path document) {
        var links = LINK.matcher(withoutBlocks(ProjectFiles.text(document)))
                .results()
                .toList();
        for (var link : links) {
            var target = link.group(1).isEmpty()
                    ? document
                    : Objects.requireNonNull(document.getParent())
                            .resolve(link.group(1))
                            .normalize();
            assertThat(target).as(link.group()).exists();
            if (link.group(2) != null) {
                assertThat(anchors(target))
                        .as(link.group())
                        .contains(link.group(2).substring(1));
            }
        }
    }

    private static String withoutBlocks(String text) {
        return FENCE.matcher(text).replaceAll("");
    }

    /// The names that a heading can be linked by.
    private static List<String> anchors(Path document) {
        return HEADING.matcher(withoutBlocks(ProjectFiles.text(document)))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(java.util.Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void every_test_that_is_named_as_a_proof_is_there(Path document) {
        var there = ProjectFiles.testSources().stream()
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());
        var named = TEST.matcher(ProjectFiles.text(document))
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(named).allSatisfy(test -> assertThat(there).contains(test));
    }

    @Test
    void the_readme_names_a_proof_for_each_promise() {
        var table = between(ProjectFiles.text("README.md"), "## What it promises", "## Configuration");
        var promises = table.lines().filter(line -> line.startsWith("| **")).toList();

        assertThat(promises)
                .hasSize(12)
                .allSatisfy(promise -> assertThat(TEST.matcher(promise).find()).isTrue());
    }

    /// The table is to be copied from what this test says where it fails.
    @Test
    void the_table_of_settings_is_that_of_the_records() {
        assertThat(SettingsTable.rows()).hasSizeGreaterThan(60);
        assertThat(between(
                        ProjectFiles.text("README.md"),
                        "<!-- settings: as DocumentsTest prints them -->\n",
                        "<!-- /settings -->"))
                .isEqualTo(SettingsTable.markdown());
    }

    @Test
    void the_metrics_of_the_operations_page_are_those_of_the_code() {
        var documented =
                rows(ProjectFiles.text("docs/operations.md"), Pattern.compile("(?m)^\\| `(millrace\\.[a-z.]+)`"));
        var made = new TreeSet<String>();
        for (var source : ProjectFiles.mainSources()) {
            METER_MADE
                    .matcher(ProjectFiles.text(source))
                    .results()
                    .map(match -> match.group(1))
                    .filter(name -> name.startsWith("millrace."))
                    .forEach(made::add);
        }

        assertThat(made).hasSizeGreaterThan(15);
        assertThat(documented).containsExactlyElementsOf(made);
    }

    @Test
    void no_meter_is_named_in_a_way_that_the_page_would_miss() {
        var made = new TreeSet<String>();
        var mentioned = new TreeSet<String>();
        for (var source : ProjectFiles.mainSources()) {
            if (!source.toString().contains("-service/")) {
                continue;
            }
            var text = ProjectFiles.text(source);
            METER_MADE.matcher(text).results().forEach(match -> made.add(match.group(1)));
            if (text.contains("MeterRegistry")) {
                METER.matcher(text).results().forEach(match -> mentioned.add(match.group(1)));
            }
        }
        assertThat(made).containsAll(mentioned);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void every_command_that_is_named_is_one_of_the_script(Path document) {
        var known = rows(ProjectFiles.text("millrace"), Pattern.compile("(?m)^  \\./millrace ([a-z]+)"));
        assertThat(known).contains("demo", "up", "test");
        assertThat(COMMAND.matcher(ProjectFiles.text(document)).results().map(match -> match.group(1)))
                .allSatisfy(command -> assertThat(known).contains(command));
    }

    @Test
    void every_command_of_the_readme_says_how_it_is_run_by_the_check() {
        var blocks = FENCE.matcher(ProjectFiles.text("README.md")).results().toList();
        var kinds = blocks.stream().map(block -> block.group(1)).toList();

        assertThat(kinds)
                .contains("sh start", "sh run", "sh apart", "sh ci", "python run", "js run", "java run")
                .isSubsetOf(
                        "sh start",
                        "sh run",
                        "sh apart",
                        "sh ci",
                        "python run",
                        "js run",
                        "java run",
                        "text",
                        "json",
                        "yaml");
    }

    /// Else they would look at the reader's own platform.
    @Test
    void what_the_readme_asks_of_a_platform_is_asked_of_the_one_that_the_check_has_started() {
        var asks = Pattern.compile("local asks='\\(\\\\./millrace \\(([a-z|]+)\\)\\)'")
                .matcher(ProjectFiles.text("docs/run-readme"));
        assertThat(asks.find()).isTrue();
        var asked = FENCE.matcher(ProjectFiles.text("README.md"))
                .results()
                .filter(block -> block.group(1).equals("sh run"))
                .flatMap(block -> COMMAND.matcher(block.group(2)).results())
                .map(match -> match.group(1))
                .toList();

        assertThat(asked).isNotEmpty().isSubsetOf(asks.group(1).split("\\|"));
    }

    private static Set<String> rows(String text, Pattern row) {
        return row.matcher(text).results().map(match -> match.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String between(String text, String begin, String end) {
        int from = text.indexOf(begin);
        int to = text.indexOf(end, from);
        assertThat(from).as(begin).isNotNegative();
        assertThat(to).as(end).isNotNegative();
        return text.substring(from + begin.length(), to);
    }
}
