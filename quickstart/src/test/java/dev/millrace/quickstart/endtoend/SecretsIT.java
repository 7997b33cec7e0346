package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.quickstart.client.CallFailed;
import dev.millrace.quickstart.client.JobsClient;
import dev.millrace.quickstart.platform.PlatformPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Canaries in every place where a secret or a prompt goes in, through all that can go well and wrong; and where they
/// must not come out.
@DisplayNameGeneration(ReplaceUnderscores.class)
class SecretsIT {

    private static final String PROVIDER_KEY = "sk-canary-5d41402abc4b2a76";
    private static final String UNKNOWN_KEY = "mr_canary_9719d911017c592";
    private static final String PROMPT = "a canary in a mill race, 7d793037a0760186";

    @TempDir
    static Path folder;

    private static Stage stage;
    private static final List<String> jobs = new ArrayList<>();

    @BeforeAll
    static void play() {
        var ports = PlatformPorts.free();
        stage = Stage.set(
                folder,
                ports,
                builder -> builder.setting("logging.level.dev.millrace", "debug")
                        .setting("millrace.retry.base", "100ms")
                        .setting("millrace.retry.most-attempts", 2)
                        .provider("canary", provider("http://127.0.0.1:" + ports.simulator() + "/p/canary/v1"))
                        .provider("nowhere", provider("http://127.0.0.1:1/v1"))
                        .model("good-chat", chat("canary", "sim-chat"))
                        .model("refused-chat", chat("canary", "sim-chat~error=content_refused"))
                        .model("broken-chat", chat("canary", "sim-chat~body=html"))
                        .model("cut-chat", chat("canary", "sim-chat~reset=mid-body"))
                        .model("no-chat", chat("nowhere", "sim-chat"))
                        .model("telling-chat", chat("canary", "sim-chat~tag=telling"))
                        .model("good-video", Stage.video("canary", "sim-video~render=300ms"))
                        .model("failed-video", Stage.video("canary", "sim-video~render=300ms~fail=moderation_blocked"))
                        .model("lost-video", Stage.video("canary", "sim-video~render=300ms~accept-then=502")));
        submitAll();
        callBadly();
    }

    @AfterAll
    static void stop() {
        try (var all = stage) {
            new Described(all.platform()).assertAnswers();
        }
    }

    private static Map<String, Object> provider(String baseUrl) {
        return Map.of("type", "openai", "base-url", baseUrl, "keys", List.of(PROVIDER_KEY));
    }

    private static Map<String, Object> chat(String provider, String played) {
        return Map.of("deployments", List.of(Map.of("provider", provider, "model", played)));
    }

    private static void submitAll() {
        for (var model : List.of("good-chat", "refused-chat", "broken-chat", "cut-chat", "no-chat")) {
            jobs.add(stage.submitChat(model, PROMPT));
        }
        for (var model : List.of("good-video", "failed-video", "lost-video")) {
            jobs.add(stage.submitVideo(model, PROMPT));
        }
        jobs.forEach(stage::awaitEnd);
        // A provider that repeats what it was sent.
        stage.witness().behave("chat", Map.of("status", 400, "message", "Your key " + PROVIDER_KEY + " is odd"), 1);
        jobs.add(stage.submitChat("telling-chat", PROMPT));
        assertThat(stage.awaitEnd(jobs.getLast()).status()).isEqualTo("failed");
        Awaitility.await("all webhooks have come")
                .atMost(Stage.SOON)
                .until(() -> stage.receiver().received().size() >= jobs.size());
    }

    private static void callBadly() {
        var platform = stage.platform();
        assertThatThrownBy(() -> new JobsClient(platform.baseUrl(), UNKNOWN_KEY).list(1))
                .isInstanceOf(CallFailed.class)
                .hasMessageContaining("401");
        assertThatThrownBy(() -> platform.jobs()
                        .submit(Map.of("kind", "chat", "prompt", PROMPT, "request", Map.of("x", PROMPT)), Map.of()))
                .isInstanceOf(CallFailed.class);
    }

    /// Secrets, by what they are. The webhook's also as the bytes that sign.
    private static Map<String, String> secrets() {
        var project = stage.platform().project();
        return Map.of(
                "provider key", PROVIDER_KEY,
                "API key", project.apiKey(),
                "key that is nobody's", UNKNOWN_KEY,
                "webhook secret", project.webhookSecret().substring("whsec_".length()),
                "operator key", stage.platform().operatorKey());
    }

    private static Map<Path, String> files(Path root) {
        try (var all = Files.walk(root)) {
            var texts = new java.util.TreeMap<Path, String>();
            for (var file : all.filter(Files::isRegularFile).toList()) {
                texts.put(file, Files.readString(file, StandardCharsets.ISO_8859_1));
            }
            return texts;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Test
    void no_log_of_any_process_holds_a_secret_or_a_prompt() {
        var logs = files(stage.platform().logs());
        assertThat(logs.keySet())
                .extracting(log -> log.getFileName().toString())
                .contains("api-service.log", "worker-1.log", "simulator.log", "postgres.log");
        assertThat(logs.get(stage.platform().worker(0).log()))
                .as("the worker logs")
                .contains("This is worker");
        assertThat(logs).allSatisfy((log, text) -> {
            secrets().forEach((name, secret) -> assertThat(text).as(name).doesNotContain(secret));
            assertThat(text).as("prompt").doesNotContain(PROMPT);
        });
    }

    @Test
    void kafka_has_neither() {
        var segments = files(stage.platform().dataFolder().resolve("kafka"));
        assertThat(segments.entrySet())
                .as("topics with something in them")
                .anyMatch(file -> file.getKey().toString().contains("millrace.events")
                        && file.getKey().toString().endsWith(".log")
                        && !file.getValue().isEmpty());
        assertThat(segments.values()).allSatisfy(text -> {
            secrets().forEach((name, secret) -> assertThat(text).as(name).doesNotContain(secret));
            assertThat(text).as("prompt").doesNotContain(PROMPT);
        });
    }

    @Test
    void no_row_of_the_database_holds_a_secret() {
        var tables = stage.records()
                .texts("select tablename from pg_tables where schemaname = 'public' and tablename not like '%\\_w%'");
        assertThat(tables).contains("api_key", "project", "attempt", "job");
        var all = tables.stream()
                .flatMap(table -> stage.records().texts("select t::text from " + table + " t").stream())
                .toList();
        assertThat(all).hasSizeGreaterThan(20);
        secrets().forEach((name, secret) -> {
            var hex = HexFormat.of().formatHex(secret.getBytes(StandardCharsets.UTF_8));
            assertThat(all).as(name).noneMatch(row -> row.contains(secret) || row.contains(hex));
        });
    }

    @Test
    void no_answer_event_or_metric_holds_a_secret() {
        var platform = stage.platform();
        var said = new ArrayList<String>();
        for (var job : jobs) {
            said.add(platform.jobs().job(job).json().toString());
            said.add(platform.jobs().attempts(job).toString());
        }
        stage.receiver().received().forEach(told -> said.add(told.body()));
        said.add(platform.operator().metrics());
        said.add(Metrics.of(platform.readyAddress(platform.worker(0)).resolve("/actuator/prometheus"))
                .text());
        assertThat(said).anyMatch(text -> text.contains("is odd"));
        secrets().forEach((name, secret) -> assertThat(said).as(name).noneMatch(text -> text.contains(secret)));
    }
}
