package dev.millrace.simulator;

import static dev.millrace.simulator.SimulatorFixture.await;
import static dev.millrace.simulator.SimulatorFixture.chatBody;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static dev.millrace.simulator.SimulatorFixture.streamBody;
import static dev.millrace.simulator.SimulatorFixture.videoBody;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.RawClient.End;
import dev.millrace.simulator.RawClient.Received;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class HoldsTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private final String provider = freshProvider();
    private final String videos = "/p/" + provider + "/v1/videos";
    private final String chat = "/p/" + provider + "/v1/chat/completions";

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private String hold(String operation, String point) {
        return hold(operation, point, "");
    }

    private String hold(String operation, String point, String more) {
        return SIMULATOR
                .control(
                        "POST",
                        "/sim/holds",
                        "{\"provider\":\"" + provider + "\",\"operation\":\"" + operation + "\",\"point\":\"" + point
                                + "\"" + more + "}")
                .path("id")
                .stringValue();
    }

    private static JsonNode awaitWaiting(String hold, int count) {
        JsonNode state = SIMULATOR.control("GET", "/sim/holds/" + hold + "?wait=10&count=" + count, "");
        assertThat(state.path("waiting").asInt()).isEqualTo(count);
        return state;
    }

    private static JsonNode release(String hold, String body) {
        return SIMULATOR.control("POST", "/sim/holds/" + hold + "/release", body);
    }

    @Test
    void a_create_held_when_read_has_created_nothing_yet() {
        String hold = hold("video.create", "request-read");
        try (RawClient client = SIMULATOR.raw()) {
            client.post(videos, videoBody("sim-video", "a cat"));
            awaitWaiting(hold, 1);
            assertThat(SIMULATOR.renders(provider)).isEmpty();
            assertThat(client.receive(50)).isEqualTo(new Received("", End.STILL_OPEN));

            assertThat(release(hold, "").path("released").asInt()).isEqualTo(1);
            assertThat(client.receiveThrough("\"error\":null}")).startsWith("HTTP/1.1 200 OK");
        }
        assertThat(SIMULATOR.renders(provider)).hasSize(1);
    }

    @Test
    void a_create_held_before_its_answer_is_created_and_billed() {
        String hold = hold("video.create", "before-answer");
        try (RawClient client = SIMULATOR.raw()) {
            client.post(videos, videoBody("sim-video", "a cat"));
            awaitWaiting(hold, 1);

            assertThat(SIMULATOR.renders(provider))
                    .singleElement()
                    .satisfies(render ->
                            assertThat(render.path("billed").asBoolean()).isTrue());
            assertThat(client.receive(50).text()).isEmpty();
            release(hold, "");
            client.receiveThrough("\"error\":null}");
        }
    }

    @Test
    void an_answer_held_in_its_middle_has_sent_its_first_half() {
        String hold = hold("chat", "mid-body");
        try (RawClient client = SIMULATOR.raw()) {
            client.post(chat, chatBody("sim-chat", "hello"));
            awaitWaiting(hold, 1);

            Received half = client.receive(50);
            assertThat(half.body()).hasSize(half.statedLength() / 2);
            release(hold, "");
            client.receiveThrough("system_fingerprint");
        }
    }

    @Test
    void a_stream_held_in_its_middle_has_sent_half_its_tokens() {
        String hold = hold("chat", "mid-body");
        try (RawClient client = SIMULATOR.raw()) {
            client.post(chat, streamBody("sim-chat~tokens=6", "hello"));
            awaitWaiting(hold, 1);

            assertThat(client.receive(50).body().split("\"delta\":\\{\"content\""))
                    .hasSize(4);
            release(hold, "");
            client.receiveThrough("[DONE]");
        }
    }

    @Test
    void a_request_whose_client_died_stays_held_and_goes_on_when_released() {
        String hold = hold("video.create", "request-read");
        try (RawClient client = SIMULATOR.raw()) {
            client.post(videos, videoBody("sim-video", "a cat"));
            awaitWaiting(hold, 1);
        }
        await(
                "the hold knows that the client is gone",
                () -> SIMULATOR
                                .control("GET", "/sim/holds/" + hold, "")
                                .path("gone")
                                .asInt()
                        == 1);
        assertThat(SIMULATOR.renders(provider)).isEmpty();

        release(hold, "");
        await(
                "the render is created all the same",
                () -> SIMULATOR.renders(provider).size() == 1);
    }

    @Test
    void a_request_can_be_dropped_instead() {
        String hold = hold("video.create", "request-read");
        try (RawClient client = SIMULATOR.raw()) {
            client.post(videos, videoBody("sim-video", "a cat"));
            awaitWaiting(hold, 1);
            release(hold, "{\"then\":\"reset\"}");

            assertThat(client.receive(5_000)).isEqualTo(new Received("", End.RESET));
        }
        assertThat(SIMULATOR.renders(provider)).isEmpty();
    }

    @Test
    void the_longest_waiting_are_released_first_and_only_so_many() {
        String hold = hold("chat", "request-read");
        try (RawClient first = SIMULATOR.raw();
                RawClient second = SIMULATOR.raw()) {
            first.post(chat, chatBody("sim-chat", "first"));
            awaitWaiting(hold, 1);
            second.post(chat, chatBody("sim-chat", "second"));
            awaitWaiting(hold, 2);

            assertThat(release(hold, "{\"count\":1}").path("waiting").asInt()).isEqualTo(1);
            first.receiveThrough("Echo: first");
            assertThat(second.receive(50).text()).isEmpty();

            SIMULATOR.control("DELETE", "/sim/holds/" + hold, "");
            second.receiveThrough("Echo: second");
        }
        assertThat(SIMULATOR.control("GET", "/sim/holds", "").toString()).doesNotContain(hold);
    }

    @Test
    void a_hold_can_be_for_a_number_of_requests_and_for_one_model() {
        String hold = hold("chat", "request-read", ",\"model\":\"sim-held\",\"times\":1");
        try (RawClient other = SIMULATOR.raw();
                RawClient held = SIMULATOR.raw();
                RawClient later = SIMULATOR.raw()) {
            other.post(chat, chatBody("sim-chat", "other")).receiveThrough("Echo: other");
            held.post(chat, chatBody("sim-held", "held"));
            awaitWaiting(hold, 1);
            later.post(chat, chatBody("sim-held", "later")).receiveThrough("Echo: later");
            release(hold, "");
            held.receiveThrough("Echo: held");
        }
        assertThat(SIMULATOR
                        .control("GET", "/sim/holds/" + hold, "")
                        .path("arrived")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void waiting_for_arrivals_ends_with_the_time_if_none_come() {
        String hold = hold("chat", "request-read");

        assertThat(SIMULATOR
                        .control("GET", "/sim/holds/" + hold + "?wait=1&count=1", "")
                        .path("waiting")
                        .asInt())
                .isZero();
    }

    @Test
    void polls_and_downloads_can_be_held_too() throws Exception {
        String id = SIMULATOR.createVideo(provider, "sim-video~render=0s", "a cat");
        for (String rest : new String[] {"", "/content"}) {
            String hold = hold(rest.isEmpty() ? "video.poll" : "video.content", "before-answer");
            try (RawClient client = SIMULATOR.raw()) {
                client.send(RawClient.request("GET", videos + "/" + id + rest, ""));
                awaitWaiting(hold, 1);
                release(hold, "");
                assertThat(client.receiveThrough("\r\n\r\n")).startsWith("HTTP/1.1 200 OK");
            }
        }
    }

    @Test
    void an_unknown_point_or_hold_is_refused() throws Exception {
        assertThat(SIMULATOR
                        .rawControl("POST", "/sim/holds", "{\"point\":\"somewhere\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(SIMULATOR.rawControl("GET", "/sim/holds/hold_none", "").statusCode())
                .isEqualTo(404);
    }
}
