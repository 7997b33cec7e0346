package dev.millrace.simulator;

import static dev.millrace.simulator.SimulatorFixture.await;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static dev.millrace.simulator.SimulatorFixture.videoBody;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.RawClient.End;
import dev.millrace.simulator.RawClient.Received;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PaidCreateTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private final String provider = freshProvider();
    private final String videos = "/p/" + provider + "/v1/videos";

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private Received create(String model) {
        try (RawClient client = SIMULATOR.raw()) {
            return client.post(videos, videoBody(model + "~close", "a cat")).receive(5_000);
        }
    }

    private long billed() {
        return SIMULATOR
                .control("GET", "/sim/counts?provider=" + provider, "")
                .at("/renders/billed")
                .asLong();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status=400",
                "status=500",
                "reset=before-body",
                "reset=after-body",
                "hang-up",
                "body=html",
                "body=garbage",
                "body=error"
            })
    void a_fault_before_the_work_creates_and_bills_nothing(String fault) {
        create("sim-video~" + fault);

        assertThat(SIMULATOR.renders(provider)).isEmpty();
        assertThat(billed()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "accept-then=reset",
                "accept-then=hang-up",
                "accept-then=garbage",
                "accept-then=html",
                "accept-then=nothing",
                "accept-then=502",
                "reset=after-headers",
                "reset=mid-body",
                "truncate=10"
            })
    void an_answer_lost_after_the_work_leaves_one_render_on_the_bill(String fault) {
        Received received = create("sim-video~" + fault);

        assertThat(received.body()).doesNotContain("\"error\":null}");
        assertThat(SIMULATOR.renders(provider)).hasSize(1);
        assertThat(billed()).isEqualTo(1);
    }

    @Test
    void a_create_accepted_and_then_reset_ends_with_a_reset() {
        assertThat(create("sim-video~accept-then=reset")).isEqualTo(new Received("", End.RESET));
    }

    @Test
    void a_create_accepted_and_then_refused_reads_as_a_server_error() {
        assertThat(create("sim-video~accept-then=503").head()).startsWith("HTTP/1.1 503 ");
    }

    @Test
    void a_create_accepted_in_silence_is_on_the_bill_while_the_caller_waits() {
        try (RawClient client = SIMULATOR.raw()) {
            client.post(videos, videoBody("sim-video~accept-then=silence", "a cat"));

            await("it is on the bill", () -> billed() == 1);
            assertThat(client.receive(50)).isEqualTo(new Received("", End.STILL_OPEN));
        }
    }

    @Test
    void a_create_can_be_taken_on_and_billed_after_its_connection_was_lost() throws Exception {
        long before = System.currentTimeMillis();

        assertThat(create("sim-video~late-accept=1500ms")).isEqualTo(new Received("", End.RESET));
        assertThat(SIMULATOR.renders(provider)).isEmpty();
        assertThat(SIMULATOR.getVideo(provider, "").body()).contains("\"data\":[]");

        await("the render exists", () -> !SIMULATOR.renders(provider).isEmpty());
        var render = SIMULATOR.renders(provider).getFirst();
        assertThat(render.path("created_ms").asLong()).isGreaterThanOrEqualTo(before + 1500);
        assertThat(SIMULATOR.getVideo(provider, "").body())
                .contains(render.path("id").stringValue());
        assertThat(billed()).isEqualTo(1);
    }

    @Test
    void a_create_can_be_taken_on_late_while_the_caller_still_waits_in_silence() {
        try (RawClient client = SIMULATOR.raw()) {
            client.post(videos, videoBody("sim-video~late-accept=100ms~silence", "a cat"));

            await("it is on the bill", () -> billed() == 1);
            assertThat(client.receive(50)).isEqualTo(new Received("", End.STILL_OPEN));
        }
    }

    @Test
    void a_failed_render_is_billed_unless_the_provider_is_said_not_to() throws Exception {
        SIMULATOR.createVideo(provider, "sim-video~render=0s~fail=internal~free-failure", "free");
        assertThat(billed()).isZero();

        SIMULATOR.createVideo(provider, "sim-video~render=0s~fail=internal", "not free");
        assertThat(billed()).isEqualTo(1);
    }

    @Test
    void idempotency_keys_are_heeded_only_by_a_provider_that_has_them() throws Exception {
        createWithKey("same");
        createWithKey("same");
        assertThat(SIMULATOR.renders(provider)).hasSize(2);

        SIMULATOR.control("PUT", "/sim/providers/" + provider, "{\"idempotency\":true}");
        String first = createWithKey("another");
        assertThat(createWithKey("another")).isEqualTo(first);
        assertThat(SIMULATOR.renders(provider))
                .hasSize(3)
                .last()
                .satisfies(render ->
                        assertThat(render.path("idempotency_key").stringValue()).isEqualTo("another"));
        assertThat(billed()).isEqualTo(3);
    }

    private String createWithKey(String key) throws Exception {
        HttpResponse<String> answer = SIMULATOR.http.send(
                SIMULATOR
                        .request(SIMULATOR.server.openAiUrl(provider) + "/videos")
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(videoBody("sim-video", "a cat")))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return SimulatorFixture.JSON.readTree(answer.body()).path("id").stringValue();
    }

    @Test
    void a_rule_loses_the_answer_of_one_create_and_no_other() throws Exception {
        SIMULATOR.behave(provider, "video.create", "*", Map.of("accept-then", "reset", "times", 1));

        assertThat(create("sim-video").end()).isEqualTo(End.RESET);
        assertThat(create("sim-video").head()).startsWith("HTTP/1.1 200 ");
        assertThat(billed()).isEqualTo(2);
    }
}
