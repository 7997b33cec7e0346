package dev.millrace.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.client.WebhookReceiver;
import dev.millrace.quickstart.platform.Platform;
import dev.millrace.quickstart.platform.PlatformPorts;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A webhook that was given up is listed, and sent again when its receiver is well.
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeliveryCommandIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static Platform platform;
    private static WebhookReceiver receiver;

    @BeforeAll
    static void start() {
        receiver = WebhookReceiver.start();
        platform = Platform.builder()
                .dataFolder(folder)
                .ports(PlatformPorts.free())
                .shortRun()
                .chatModel("chat", "sim-chat")
                .start();
        receiver.trust(platform.project().webhookSecret());
    }

    @AfterAll
    static void stop() {
        platform.close();
        receiver.close();
    }

    @Test
    void what_was_given_up_is_listed_and_sent_again_with_the_same_id_and_the_same_bytes() {
        receiver.answerWith(410);
        var request = Map.of("model", "chat", "messages", List.of(Map.of("role", "user", "content", "mill")));
        var first = platform.jobs().submit("chat", request, receiver.url()).id();
        var second = platform.jobs().submit("chat", request, receiver.url()).id();
        var listed = Awaitility.await("both are given up")
                .atMost(SOON)
                .until(
                        () -> run("delivery", "list", "--status", "exhausted"),
                        said -> said.contains(first) && said.contains(second));
        assertThat(listed)
                .contains(
                        "project  " + platform.project().id(),
                        "job.succeeded of " + first,
                        receiver.url().toString(),
                        "tried    once, last disabled_by_receiver 410");

        receiver.answerWith(204);
        var id = idOf(first);
        assertThat(run("delivery", "resend", id)).isEqualTo(id + " is sent again.\n");
        assertThat(run("delivery", "resend", "--exhausted")).isEqualTo(idOf(second) + " is sent again.\n");

        for (var job : List.of(first, second)) {
            var told =
                    Awaitility.await("it is told again").atMost(SOON).until(() -> toldOf(job), all -> all.size() == 2);
            assertThat(told).allMatch(WebhookReceiver.Received::verified);
            assertThat(told.getFirst().id()).isEqualTo(told.getLast().id()).isEqualTo(idOf(job));
            assertThat(told.getFirst().body()).isEqualTo(told.getLast().body());
        }
        Awaitility.await("none is left")
                .atMost(SOON)
                .until(() -> run("delivery", "list").equals("Every delivery that was tried has arrived.\n"));
        assertThat(run("delivery", "resend", "--exhausted")).isEqualTo("No delivery is exhausted.\n");
    }

    @Test
    void one_that_can_not_be_sent_again_keeps_no_other_from_it() {
        receiver.answerWith(410);
        var request = Map.of("model", "chat", "messages", List.of(Map.of("role", "user", "content", "mill")));
        var job = platform.jobs().submit("chat", request, receiver.url()).id();
        Awaitility.await("it is given up")
                .atMost(SOON)
                .until(() -> run("delivery", "list", "--status", "exhausted").contains(job));
        receiver.answerWith(204);
        var id = idOf(job);

        var said = new ByteArrayOutputStream();
        int code = run(said, "delivery", "resend", "../holds", id);

        assertThat(code).isEqualTo(1);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("../holds is not: ", id + " is sent again.", "millrace: 1 delivery is not sent again.");
    }

    private static String idOf(String job) {
        return toldOf(job).getFirst().id();
    }

    private static List<WebhookReceiver.Received> toldOf(String job) {
        return receiver.received().stream()
                .filter(one -> one.jobId().equals(job))
                .toList();
    }

    private static String run(String... words) {
        var said = new ByteArrayOutputStream();
        assertThat(run(said, words)).as(said.toString(StandardCharsets.UTF_8)).isZero();
        return said.toString(StandardCharsets.UTF_8);
    }

    private static int run(ByteArrayOutputStream said, String... words) {
        var out = new PrintStream(said, true, StandardCharsets.UTF_8);
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--url", platform.operatorUrl().toString()));
        return Quickstart.run(
                new Console(out, false), out, Map.of("MILLRACE_OPERATOR_KEY", platform.operatorKey()), all);
    }
}
