package dev.millrace.simulator;

import static dev.millrace.simulator.SimulatorFixture.chatBody;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BehaviourTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private final String provider = freshProvider();

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private List<Integer> statuses(String model, int requests) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            statuses.add(SIMULATOR.ask(provider, model).statusCode());
        }
        return statuses;
    }

    @Test
    void a_fault_with_times_passes() throws Exception {
        assertThat(statuses("sim-chat~status=500~times=2", 4)).containsExactly(500, 500, 200, 200);
    }

    @Test
    void each_provider_counts_for_itself() throws Exception {
        statuses("sim-chat~status=500~times=1", 2);

        assertThat(SIMULATOR.ask(freshProvider(), "sim-chat~status=500~times=1").statusCode())
                .isEqualTo(500);
    }

    @Test
    void a_fault_can_begin_after_some_good_answers() throws Exception {
        assertThat(statuses("sim-chat~status=500~after=2~times=1", 4)).containsExactly(200, 200, 500, 200);
    }

    @Test
    void a_flapping_provider_fails_and_recovers_again_and_again() throws Exception {
        assertThat(statuses("sim-chat~status=503~flap=2/1", 6)).containsExactly(503, 503, 200, 503, 503, 200);
    }

    @Test
    void an_error_rate_is_kept_and_the_same_in_each_run() throws Exception {
        List<Integer> first = statuses("sim-chat~error-rate=0.25", 200);
        List<Integer> again = new ArrayList<>();
        String other = freshProvider();
        for (int i = 0; i < 200; i++) {
            again.add(SIMULATOR.ask(other, "sim-chat~error-rate=0.25").statusCode());
        }

        assertThat(first.stream().filter(status -> status == 500).count()).isBetween(30L, 70L);
        assertThat(again).isEqualTo(first);
    }

    @Test
    void faults_can_be_counted_for_each_prompt() throws Exception {
        String url = SIMULATOR.server.openAiUrl(provider) + "/chat/completions";
        List<Integer> statuses = new ArrayList<>();
        for (String prompt : List.of("one", "two", "one", "two")) {
            statuses.add(SIMULATOR
                    .post(url, chatBody("sim-chat~status=500~times=1~per=prompt", prompt))
                    .statusCode());
        }

        assertThat(statuses).containsExactly(500, 500, 200, 200);
    }

    @Test
    void the_shape_of_an_answer_outlasts_the_faults_before_it() throws Exception {
        statuses("sim-chat~status=500~times=1~text=after all", 1);

        assertThat(SIMULATOR
                        .ask(provider, "sim-chat~status=500~times=1~text=after all")
                        .body())
                .contains("\"content\":\"after all\"");
    }

    @Test
    void latency_alone_can_be_limited_too() throws Exception {
        long before = System.nanoTime();
        statuses("sim-chat~latency=200ms~times=1", 2);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(199));

        // Would outlast the client's patience if it were not spared.
        assertThat(statuses("sim-chat~latency=1h~after=2", 2)).containsExactly(200, 200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sim-chat~stauts=500",
                "sim-chat~status=abc",
                "sim-chat~status=200",
                "sim-chat~latency=fast",
                "sim-chat~reset=sometimes",
                "sim-chat~error=no_such_error",
                "sim-chat~poll.stauts=500"
            })
    void a_misspelt_behaviour_is_refused_instead_of_passed_over(String model) throws Exception {
        assertThat(SIMULATOR.ask(provider, model).statusCode()).isEqualTo(400);
    }

    @Test
    void an_error_says_when_to_come_back_in_three_spellings() throws Exception {
        assertThat(SIMULATOR
                        .ask(provider, "sim-chat~status=429~retry-after=7")
                        .headers()
                        .firstValue("retry-after"))
                .contains("7");
        assertThat(SIMULATOR
                        .ask(provider, "sim-chat~status=429~retry-after-ms=250")
                        .headers()
                        .firstValue("retry-after-ms"))
                .contains("250");
        String date = SIMULATOR
                .ask(provider, "sim-chat~status=503~retry-after-date=30s")
                .headers()
                .firstValue("retry-after")
                .orElseThrow();
        assertThat(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME))
                .isBetween(
                        ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(20),
                        ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(31));
        assertThat(SIMULATOR
                        .ask(provider, "sim-chat~status=429~should-retry=false")
                        .headers()
                        .firstValue("x-should-retry"))
                .contains("false");
    }

    @Test
    void a_200_can_hold_html_an_error_rubbish_or_nothing() throws Exception {
        HttpResponse<String> html = SIMULATOR.ask(provider, "sim-chat~body=html");
        assertThat(html.statusCode()).isEqualTo(200);
        assertThat(html.headers().firstValue("content-type")).contains("text/html");

        HttpResponse<String> error = SIMULATOR.ask(provider, "sim-chat~body=error~error=insufficient_quota");
        assertThat(error.statusCode()).isEqualTo(200);
        assertThat(SimulatorFixture.JSON
                        .readTree(error.body())
                        .at("/error/code")
                        .stringValue())
                .isEqualTo("insufficient_quota");

        HttpResponse<String> garbage = SIMULATOR.ask(provider, "sim-chat~body=garbage");
        assertThat(garbage.statusCode()).isEqualTo(200);
        assertThat(garbage.body()).doesNotEndWith("}");

        assertThat(SIMULATOR.ask(provider, "sim-chat~body=nothing").body()).isEmpty();
    }

    @Test
    void an_answer_can_be_empty_and_have_no_usage() throws Exception {
        JsonNode answer = SimulatorFixture.JSON.readTree(
                SIMULATOR.ask(provider, "sim-chat~empty~usage=none").body());

        assertThat(answer.at("/choices/0/message/content").isNull()).isTrue();
        assertThat(answer.has("usage")).isFalse();
    }

    @Test
    void behaviours_with_a_scope_are_for_that_operation_alone() throws Exception {
        String id = SIMULATOR.createVideo(
                provider, "sim-video~render=0s~poll.status=503~poll.times=1~content.status=404~content.times=1", "x");

        assertThat(SIMULATOR.getVideo(provider, "/" + id).statusCode()).isEqualTo(503);
        assertThat(SIMULATOR.getVideo(provider, "/" + id).statusCode()).isEqualTo(200);
        assertThat(SIMULATOR.getVideo(provider, "/" + id + "/content").statusCode())
                .isEqualTo(404);
        assertThat(SIMULATOR.getVideo(provider, "/" + id + "/content").statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_file_can_come_short_or_as_json() throws Exception {
        String json = SIMULATOR.createVideo(provider, "sim-video~render=0s~content.body=json", "x");
        HttpResponse<String> answer = SIMULATOR.getVideo(provider, "/" + json + "/content");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");

        String typed = SIMULATOR.createVideo(provider, "sim-video~render=0s~content.content-type=text/html", "x");
        assertThat(SIMULATOR
                        .getVideo(provider, "/" + typed + "/content")
                        .headers()
                        .firstValue("content-type"))
                .contains("text/html");

        String shortened = SIMULATOR.createVideo(provider, "sim-video~render=0s~content.truncate=100", "x");
        try (RawClient client = SIMULATOR.raw()) {
            client.send(RawClient.request("GET", "/p/" + provider + "/v1/videos/" + shortened + "/content", ""));
            assertThat(client.receive(5_000).end()).isEqualTo(RawClient.End.CLOSED);
        }
        assertThat(SIMULATOR.ledger(provider).getLast().path("outcome").stringValue())
                .isEqualTo("broken");
    }

    @Test
    void a_rule_from_outside_acts_without_a_word_in_the_model_name() throws Exception {
        SIMULATOR.behave(provider, "chat", "gpt-5.2", Map.of("status", 500, "times", 1));

        assertThat(SIMULATOR.ask(provider, "gpt-5.2").statusCode()).isEqualTo(500);
        assertThat(SIMULATOR.ask(provider, "gpt-5.2").statusCode()).isEqualTo(200);
        assertThat(SIMULATOR.ask(provider, "other").statusCode()).isEqualTo(200);
        assertThat(SIMULATOR.ask(freshProvider(), "gpt-5.2").statusCode()).isEqualTo(200);
    }

    @Test
    void a_rule_counts_all_requests_it_matches_together() throws Exception {
        SIMULATOR.behave(provider, "*", "*", Map.of("status", 500, "times", 2));

        assertThat(SIMULATOR.ask(provider, "one").statusCode()).isEqualTo(500);
        assertThat(SIMULATOR.getVideo(provider, "").statusCode()).isEqualTo(500);
        assertThat(SIMULATOR.ask(provider, "two").statusCode()).isEqualTo(200);
    }

    @Test
    void a_rule_can_be_for_lists_and_for_polls() throws Exception {
        String id = SIMULATOR.createVideo(provider, "sim-video", "x");
        SIMULATOR.behave(provider, "video.list", "*", Map.of("status", 503));
        SIMULATOR.behave(provider, "video.poll", "sim-*", Map.of("status", 404));

        assertThat(SIMULATOR.getVideo(provider, "").statusCode()).isEqualTo(503);
        assertThat(SIMULATOR.getVideo(provider, "/" + id).statusCode()).isEqualTo(404);
        assertThat(SIMULATOR.createVideo(provider, "sim-video", "y")).isNotEmpty();
    }

    @Test
    void a_later_rule_for_the_same_requests_takes_the_place_of_the_first() throws Exception {
        SIMULATOR.behave(provider, "chat", "*", Map.of("status", 500));
        SIMULATOR.behave(provider, "chat", "*", Map.of("text", "better"));

        assertThat(SIMULATOR.ask(provider, "sim-chat").body()).contains("\"content\":\"better\"");
    }

    @Test
    void rules_are_listed_with_how_often_they_met_and_removed() throws Exception {
        SIMULATOR.behave(provider, "chat", "*", Map.of("status", 500));
        SIMULATOR.ask(provider, "sim-chat");

        assertThat(SimulatorFixture.list(
                        SIMULATOR.control("GET", "/sim/behaviours", "").path("behaviours")))
                .filteredOn(rule -> rule.path("provider").asString("").equals(provider))
                .singleElement()
                .satisfies(rule -> assertThat(rule.path("met").asInt()).isEqualTo(1));
        assertThat(SIMULATOR
                        .control("DELETE", "/sim/behaviours?provider=" + provider, "")
                        .path("removed")
                        .asInt())
                .isEqualTo(1);
        assertThat(SIMULATOR.ask(provider, "sim-chat").statusCode()).isEqualTo(200);
    }

    @Test
    void a_rule_with_an_unknown_word_is_refused() throws Exception {
        assertThat(SIMULATOR
                        .rawControl("PUT", "/sim/behaviours", "{\"model\":\"*\",\"behaviour\":{\"stauts\":500}}")
                        .body())
                .contains("unknown behaviour 'stauts'");
        assertThat(SIMULATOR
                        .rawControl("PUT", "/sim/behaviours", "{\"modle\":\"*\",\"behaviour\":{}}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(SIMULATOR
                        .rawControl("PUT", "/sim/behaviours", "{\"operation\":\"video\",\"behaviour\":{}}")
                        .statusCode())
                .isEqualTo(400);
    }
}
