package dev.millrace.api.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.SimulatedApi;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Interactive calls in the books, over HTTP.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CallBudgetTest {

    /// A token of an answer is a cent, and an answer assumed to have 100.
    private static final SimulatedApi api = new SimulatedApi.Setup()
            .route("plain", "sim-chat")
            .route("over", "sim-chat~status=503", "sim-chat")
            .route("broken", "sim-chat~status=500")
            .route("unpriced", "sim-chat")
            .set("prices.table[0].of", "plain")
            .set("prices.table[0].out", "10000")
            .set("prices.table[1].of", "over")
            .set("prices.table[1].out", "10000")
            .set("prices.table[2].of", "over-2")
            .set("prices.table[2].out", "10000")
            .set("prices.table[3].of", "broken")
            .set("prices.table[3].out", "10000")
            .route("draws", "sim-image~usage=none")
            .set("models.draws.kind", "image")
            .set("prices.table[4].of", "draws")
            .set("prices.table[4].call", "0.5")
            .route("embeds", "sim-embed")
            .set("models.embeds.kind", "embedding")
            .set("prices.table[5].of", "embeds")
            .set("prices.table[5].out", "10000")
            .route("paints", "sim-image~usage=none")
            .set("models.paints.kind", "image")
            .set("prices.table[6].of", "paints")
            .set("prices.table[6].out", "10000")
            .route("paints-and-tells", "sim-image")
            .set("models.paints-and-tells.kind", "image")
            .set("prices.table[7].of", "paints-and-tells")
            .set("prices.table[7].out", "10000")
            .route("paints-unpriced", "sim-image~usage=none")
            .set("models.paints-unpriced.kind", "image")
            .set("prices.table[8].of", "paints-unpriced")
            .set("prices.table[8].seconds[any]", "1")
            .set("prices.assumed-output", "100")
            .start();

    private final dev.millrace.api.fixture.RunningApi.NewProject project =
            api.api().newProject();
    private final ApiClient caller = api.api().withKey(project.apiKey());

    @AfterAll
    static void stop() {
        api.close();
    }

    private JsonNode usage() {
        return caller.get("/v1/usage?group_by=model").json().path("data");
    }

    private JsonNode budget() {
        return api.api()
                .operator()
                .get("/operator/projects/" + project.id())
                .json()
                .path("budget");
    }

    private void budget(String monthly) {
        api.api()
                .operator()
                .call(
                        "PATCH",
                        "/operator/projects/" + project.id(),
                        HttpRequest.BodyPublishers.ofString("{\"budget\":" + monthly + "}"),
                        Map.of("Content-Type", "application/json"));
        // Each instance looks once a second.
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> api.api().bean(dev.millrace.ledger.Accounts.class).hasBudget(project.id()));
    }

    @Test
    void the_attempts_of_a_call_are_in_the_books_within_a_second() {
        var reply = caller.post(Chats.PATH, Chats.of("over"));
        assertThat(reply.status()).isEqualTo(200);
        long answer = reply.json().path("usage").path("completion_tokens").asLong();

        Awaitility.await()
                .atMost(Duration.ofSeconds(1))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> usage().path(0).path("attempts").asInt() == 2);

        assertThat(usage().path(0).path("model").asString()).isEqualTo("over");
        assertThat(usage().path(0).path("tokens_out").asLong()).isEqualTo(answer);
        assertThat(usage().path(0).path("cost").asDouble()).isEqualTo(answer * 0.01);
        assertThat(usage().path(0).path("attempts_of_unknown_cost").asInt()).isZero();
    }

    @Test
    void a_stream_is_in_the_books_too() {
        caller.post(Chats.PATH, Chats.streamed("plain"));

        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> usage().path(0).path("cost").asDouble() > 0);
    }

    @Test
    void the_first_block_is_drawn_when_the_key_of_a_call_is_looked_up_and_for_nobody_who_does_not_call() {
        budget("50");
        caller.get("/v1/usage");
        assertThat(budget().path("drawn").asDouble()).isZero();

        // Refused before anybody asks for the budget.
        assertThat(caller.post(Chats.PATH, Chats.of("no-such-model")).status()).isEqualTo(404);

        assertThat(budget().path("drawn").asDouble()).isEqualTo(0.5);
    }

    @Test
    void a_call_that_would_pass_the_budget_is_refused_before_any_provider_is_asked() {
        budget("0.99");
        int before = api.received("plain-1").size();

        var reply = caller.post(Chats.PATH, Chats.of("plain"));

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.code()).isEqualTo("insufficient_quota");
        assertThat(reply.header("x-should-retry")).contains("false");
        assertThat(api.received("plain-1")).hasSize(before);
    }

    @Test
    void a_call_that_limits_its_answer_needs_no_more_than_that() {
        budget("0.99");

        assertThat(caller.post(Chats.PATH, Chats.with("plain", ",\"max_tokens\":60"))
                        .status())
                .isEqualTo(200);
        assertThat(caller.post(Chats.PATH, Chats.with("plain", ",\"max_tokens\":60,\"n\":2"))
                        .code())
                .isEqualTo("insufficient_quota");
        assertThat(caller.post(Chats.PATH, Chats.with("plain", ",\"max_completion_tokens\":100"))
                        .code())
                .isEqualTo("insufficient_quota");
    }

    @Test
    void a_stream_is_estimated_as_any_other_call() {
        budget("0.99");

        assertThat(caller.post(Chats.PATH, Chats.streamed("plain")).code()).isEqualTo("insufficient_quota");
        assertThat(caller.post(Chats.PATH, Chats.with("plain", ",\"stream\":true,\"max_tokens\":60"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void an_embedding_has_no_answer_to_be_paid_for() {
        budget("0.5");

        assertThat(caller.post("/v1/embeddings", "{\"model\":\"embeds\",\"input\":\"x\"}")
                        .status())
                .isEqualTo(200);
    }

    private Reply draw(int pictures) {
        return draw("draws", pictures);
    }

    private Reply draw(String model, int pictures) {
        return caller.post(
                "/v1/images/generations",
                "{\"model\":\"%s\",\"prompt\":\"a cat\",\"n\":%d}".formatted(model, pictures));
    }

    private JsonNode awaitBooked(int attempts) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> usage().path(0).path("attempts").asInt() == attempts);
        return usage().path(0);
    }

    @Test
    void each_picture_that_is_asked_for_is_paid_for() {
        budget("1.2");
        assertThat(draw(3).code()).isEqualTo("insufficient_quota");

        assertThat(draw(2).status()).isEqualTo(200);

        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> usage().path(0).path("attempts").asInt() == 1);
        assertThat(usage().path(0).path("cost").asDouble()).isEqualTo(1.0);
        assertThat(draw(1).code()).isEqualTo("insufficient_quota");
    }

    @Test
    void pictures_that_are_paid_by_tokens_and_told_of_none_cost_what_was_estimated_and_are_marked_so() {
        budget("2.5");

        assertThat(draw("paints", 2).status()).isEqualTo(200);

        var booked = awaitBooked(1);
        assertThat(booked.path("cost").asDouble()).isEqualTo(2.0);
        assertThat(booked.path("tokens_out").asInt()).isEqualTo(200);
        assertThat(booked.path("attempts_of_unknown_cost").asInt(-1)).isZero();
        assertThat(api.api()
                        .database()
                        .client()
                        .sql("select estimated from call_attempt where project_id = :project")
                        .param("project", project.id())
                        .query(Boolean.class)
                        .list())
                .containsExactly(true);
        assertThat(draw("paints", 1).code()).as("no pictures for nothing").isEqualTo("insufficient_quota");
    }

    @Test
    void pictures_whose_tokens_the_provider_told_cost_those() {
        assertThat(draw("paints-and-tells", 1).status()).isEqualTo(200);

        var booked = awaitBooked(1);
        assertThat(booked.path("tokens_out").asInt()).isEqualTo(272);
        assertThat(booked.path("cost").asDouble()).isEqualTo(2.72);
    }

    @Test
    void pictures_whose_model_has_a_price_of_something_else_cost_null_and_are_refused_where_there_is_a_budget() {
        double before = unpriced("paints-unpriced-1");
        assertThat(draw("paints-unpriced", 1).status()).isEqualTo(200);

        assertThat(awaitBooked(1).path("attempts_of_unknown_cost").asInt()).isEqualTo(1);
        assertThat(unpriced("paints-unpriced-1")).isEqualTo(before + 1);
        budget("100");
        assertThat(draw("paints-unpriced", 1).code()).isEqualTo("model_not_priced");
    }

    private static double unpriced(String provider) {
        var counter = api.api()
                .bean(MeterRegistry.class)
                .find("millrace.attempts.unpriced")
                .tag("provider", provider)
                .counter();
        return counter == null ? 0 : counter.count();
    }

    @Test
    void calls_start_until_the_budget_is_spent() {
        budget("1.5");
        int started = 0;
        while (caller.post(Chats.PATH, Chats.of("plain")).status() == 200) {
            started++;
            assertThat(started).isLessThan(100);
        }

        assertThat(started).isPositive();
        int all = started;
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> usage().path(0).path("attempts").asInt() == all);
        assertThat(budget().path("spent").asDouble()).isBetween(0.01, 1.5);
        assertThat(budget().path("left").asDouble()).isNotNegative();
    }

    @Test
    void a_call_that_failed_holds_nothing_of_the_budget() {
        budget("1.5");
        for (int i = 0; i < 3; i++) {
            assertThat(caller.post(Chats.PATH, Chats.of("broken")).status()).isGreaterThanOrEqualTo(500);
        }

        assertThat(caller.post(Chats.PATH, Chats.of("plain")).status()).isEqualTo(200);
    }

    @Test
    void a_model_without_a_price_is_refused_where_there_is_a_budget() {
        assertThat(caller.post(Chats.PATH, Chats.of("unpriced")).status()).isEqualTo(200);
        budget("100");

        var reply = caller.post(Chats.PATH, Chats.of("unpriced"));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("model_not_priced");
        assertThat(reply.param()).isEqualTo("model");
    }
}
