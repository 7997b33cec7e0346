package dev.millrace.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.access.ApiKeys;
import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.Submissions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AccessTest {

    private final RunningApi api = SharedApi.get();

    @Test
    void without_a_key_nothing_but_health_and_the_document_is_answered() {
        assertThat(api.anybody().get("/v1/jobs").status()).isEqualTo(401);
        assertThat(api.anybody().post("/v1/jobs", Submissions.chat()).status()).isEqualTo(401);
        assertThat(api.anybody().get("/v1/nothing").status()).isEqualTo(401);
        assertThat(api.anybody().get("/livez").status()).isEqualTo(200);
        assertThat(api.anybody().get("/v1/openapi.json").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer ",
                "Bearer nonsense",
                "Bearer ' or '1'='1",
                "Bearer mr_12345678'; drop table api_key; --",
                "Bearer \"mr_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
                "Bearer mr_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "Basic bXI6YQ==",
                "mr_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void a_key_that_is_none_is_a_401_with_the_code_invalid_api_key(String authorization) {
        var reply = api.anybody().with("Authorization", authorization).get("/v1/jobs");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.code()).isEqualTo("invalid_api_key");
        assertThat(reply.text()).doesNotContain("drop table");
    }

    @Test
    void a_key_in_quotes_is_not_the_key() {
        var key = api.newProject().apiKey();

        assertThat(api.withKey("\"" + key + "\"").get("/v1/jobs").status()).isEqualTo(401);
        assertThat(api.withKey(key + "'").get("/v1/jobs").status()).isEqualTo(401);
        assertThat(api.withKey(key).get("/v1/jobs").status()).isEqualTo(200);
    }

    @Test
    void the_right_prefix_with_another_secret_is_no_key() {
        var key = api.newProject().apiKey();
        var forged = key.substring(0, 11) + ApiKeys.generate().reveal().substring(11);

        assertThat(api.withKey(forged).get("/v1/jobs").status()).isEqualTo(401);
        assertThat(api.withKey(key).get("/v1/jobs").status())
                .as("nor does it harm the key")
                .isEqualTo(200);
        assertThat(api.withKey(forged).get("/v1/jobs").status()).isEqualTo(401);
    }

    @Test
    void the_scheme_may_be_written_in_any_case() {
        var key = api.newProject().apiKey();

        assertThat(api.anybody()
                        .with("Authorization", "bearer " + key)
                        .get("/v1/jobs")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_key_is_known_for_seconds_without_a_query_and_no_longer_once_it_is_revoked() {
        var project = api.newProject();
        var second = api.operator()
                .post("/operator/projects/" + project.id() + "/keys")
                .json()
                .path("api_key")
                .asString();
        var id = api.withKey(project.apiKey()).submitChat();
        assertThat(api.withKey(second).job(id).status()).isEqualTo(200);

        api.database()
                .client()
                .sql("update api_key set revoked_at = now() where prefix = :prefix")
                .param("prefix", second.substring(0, 11))
                .update();

        assertThat(api.withKey(second).job(id).status()).as("it is still known").isEqualTo(200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(7))
                .until(() -> api.withKey(second).job(id).status() == 401);
        assertThat(api.withKey(project.apiKey()).job(id).status()).isEqualTo(200);
    }

    @Test
    void made_up_keys_take_four_connections_at_most_and_no_caller_waits_who_is_known() {
        var caller = api.newCaller();
        assertThat(caller.get("/v1/jobs").status()).isEqualTo(200);
        var madeUp = new ArrayList<CompletableFuture<Reply>>();
        api.database().inTransaction(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("lock table api_key in access exclusive mode");
            }
            for (int i = 0; i < 20; i++) {
                var key = ApiKeys.generate().reveal();
                madeUp.add(CompletableFuture.supplyAsync(
                        () -> api.withKey(key).get("/v1/jobs"), Thread::startVirtualThread));
            }
            awaitAsking(4);
            assertThat(caller.get("/v1/jobs").status()).isEqualTo(200);
            assertThat(madeUp)
                    .allSatisfy(call -> assertThat(call.join().status()).isEqualTo(503));
            assertThat(asking())
                    .as("also where nobody waits for the answer any more")
                    .isEqualTo(4);
            return madeUp;
        });

        assertThat(api.withKey(ApiKeys.generate().reveal()).get("/v1/jobs").status())
                .isEqualTo(401);
    }

    private void awaitAsking(int count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(1))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> asking() == count);
    }

    /// Questions about keys that wait at the database.
    private int asking() {
        return api.database()
                .client()
                .sql("select count(*)::int from pg_locks where relation = 'api_key'::regclass and not granted")
                .query(Integer.class)
                .single();
    }

    @Test
    void the_database_holds_neither_keys_nor_webhook_secrets() {
        var project = api.newProject();
        var secret = project.apiKey().substring(11);
        var rows = new StringBuilder();
        for (var table : new String[] {"project", "api_key"}) {
            api.database().client().sql("select t::text from " + table + " t").query(row -> {
                rows.append(row.getString(1)).append('\n');
            });
        }

        assertThat(rows.toString()).contains(project.apiKey().substring(0, 11)).doesNotContain(secret);
        assertThat(rows.toString()).doesNotContain(project.webhookSecret().substring("whsec_".length()));
        assertThat(rows.toString())
                .doesNotContain(java.util.HexFormat.of().formatHex(secret.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void size_is_judged_before_the_key_and_the_key_before_the_body() {
        var tooLarge = Submissions.chat(",\"metadata\":{\"a\":\"" + "x".repeat(1_100_000) + "\"}");

        assertThat(api.anybody().post("/v1/jobs", tooLarge).status()).isEqualTo(413);
        assertThat(api.anybody().post("/v1/jobs", "not JSON").status()).isEqualTo(401);
    }

    @Test
    void every_response_has_a_request_id_of_its_own_and_none_from_outside() {
        var caller = api.newCaller();
        ApiClient insisting = caller.with("X-Request-Id", "req_mine").with("X-Client-Request-Id", "mine");

        var one = insisting.get("/v1/jobs").header("x-request-id");
        var two = insisting.get("/v1/jobs").header("x-request-id");

        assertThat(one).isPresent().get().asString().matches("req_[0-9a-f]{32}");
        assertThat(two).isNotEqualTo(one);
        assertThat(insisting.get("/v1/nothing").header("x-request-id")).isPresent();
        assertThat(api.anybody().get("/v1/jobs").header("x-request-id")).isPresent();
        assertThat(api.operator().get("/operator/holds").header("x-request-id")).isPresent();
    }
}
