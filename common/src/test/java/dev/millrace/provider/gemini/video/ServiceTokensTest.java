package dev.millrace.provider.gemini.video;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.access.Secret;
import dev.millrace.http.RawServer;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import dev.millrace.provider.VideoAdapter.Fetch;
import dev.millrace.provider.VideoAdapter.Poll;
import dev.millrace.routing.MutableClock;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a service account gets its tokens, and how often.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ServiceTokensTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final MutableClock clock = new MutableClock();
    private final ServiceTokens tokens = new ServiceTokens(Simulated.HTTP, clock);
    private final AtomicInteger given = new AtomicInteger();

    private static Target target(String secret) {
        return new Target(
                "vertex",
                URI.create("http://127.0.0.1:1/v1"),
                "veo",
                ProviderKey.of(new Secret(secret)),
                LONG,
                Traits.NONE);
    }

    private static Target target(RawServer server) {
        return target(TestAccount.json(server.uri("/token").toString()));
    }

    /// Gives tokens of an hour, each another.
    private RawServer giving() {
        return RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(RawServer.json(
                        "{\"access_token\":\"ya29.token-" + given.incrementAndGet() + "\",\"expires_in\":3599}"));
            }
        });
    }

    private String token(Target target) {
        var pass = tokens.pass(target);
        assertThat(pass).isInstanceOf(Pass.Granted.class);
        return ((Pass.Granted) pass).headers().getFirst().getValue();
    }

    private Pass.Refused refused(Target target) {
        var pass = tokens.pass(target);
        assertThat(pass).isInstanceOf(Pass.Refused.class);
        assertThat(pass.toString()).doesNotContain("canary", "PRIVATE KEY", "MII");
        return (Pass.Refused) pass;
    }

    private static Failure failure(Pass.Refused refused) {
        assertThat(refused.outcome()).isInstanceOf(ProviderOutcome.Retryable.class);
        var failure = ((ProviderOutcome.Retryable) refused.outcome()).failure();
        assertThat(failure.scope()).isEqualTo(Failure.Scope.KEY);
        return failure;
    }

    @Test
    void a_token_is_used_until_shortly_before_its_end_and_then_renewed() {
        try (var server = giving()) {
            assertThat(token(target(server))).isEqualTo("Bearer ya29.token-1");
            clock.advance(Duration.ofSeconds(3_298));
            assertThat(token(target(server))).isEqualTo("Bearer ya29.token-1");
            clock.advance(Duration.ofSeconds(1));
            assertThat(token(target(server))).isEqualTo("Bearer ya29.token-2");
            assertThat(given).hasValue(2);
        }
    }

    @Test
    void a_token_of_a_short_life_is_renewed_at_four_fifths_of_it() {
        try (var server = RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(RawServer.json(
                        "{\"access_token\":\"ya29.token-" + given.incrementAndGet() + "\",\"expires_in\":100}"));
            }
        })) {
            token(target(server));
            clock.advance(Duration.ofSeconds(79));
            assertThat(token(target(server))).isEqualTo("Bearer ya29.token-1");
            clock.advance(Duration.ofSeconds(1));
            assertThat(token(target(server))).isEqualTo("Bearer ya29.token-2");
        }
    }

    @Test
    void of_many_who_need_a_token_at_once_one_asks_for_it() throws Exception {
        var all = new CountDownLatch(50);
        try (var server = RawServer.start(connection -> {
                    while (connection.readRequest()) {
                        await(all);
                        connection.write(RawServer.json("{\"access_token\":\"ya29.token-" + given.incrementAndGet()
                                + "\",\"expires_in\":3599}"));
                    }
                });
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var target = target(server);
            var told = new ArrayList<Future<String>>();
            for (int i = 0; i < 50; i++) {
                told.add(callers.submit(() -> {
                    all.countDown();
                    return token(target);
                }));
            }
            for (var one : told) {
                assertThat(one.get()).isEqualTo("Bearer ya29.token-1");
            }
            assertThat(server.requests()).hasSize(1);
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }

    @Test
    void each_account_has_its_own_token() {
        try (var one = giving();
                var other = giving()) {
            assertThat(token(target(one))).isEqualTo("Bearer ya29.token-1");
            assertThat(token(target(other))).isEqualTo("Bearer ya29.token-2");
            assertThat(token(target(one))).isEqualTo("Bearer ya29.token-1");
        }
    }

    @Test
    void a_token_that_was_refused_is_not_used_again_and_one_that_came_since_is() {
        try (var server = giving()) {
            var first = (Pass.Granted) tokens.pass(target(server));
            first.whenRefused().run();
            assertThat(token(target(server))).isEqualTo("Bearer ya29.token-2");
            first.whenRefused().run();
            assertThat(token(target(server))).isEqualTo("Bearer ya29.token-2");
        }
    }

    private Pass.Refused refusedBy(String answer) {
        try (var server = RawServer.answering(answer)) {
            return refused(target(server));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"400 Bad Request", "401 Unauthorized", "403 Forbidden"})
    void an_account_that_is_refused_has_an_invalid_key(String status) {
        var failure = failure(refusedBy(RawServer.answer(
                status,
                "application/json",
                "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT Signature.\"}")));
        assertThat(failure.kind()).isEqualTo("invalid_key");
        assertThat(failure.message()).contains("Invalid JWT Signature.");
        assertThat(failure.httpStatus()).hasValue(Integer.parseInt(status.substring(0, 3)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "nothing",
                "{\"access_token\":\"\",\"expires_in\":3600}",
                "{\"access_token\":\"a\\r\\nb\",\"expires_in\":3600}",
                "{\"access_token\":\"a\"}",
                "{\"access_token\":\"a\",\"expires_in\":0}"
            })
    void an_answer_without_a_token_that_could_be_sent_is_none(String body) {
        assertThat(failure(refusedBy(RawServer.json(body))).kind()).isEqualTo("no_token");
    }

    @Test
    void a_key_that_is_no_service_account_is_invalid_and_nobody_is_asked() {
        assertThat(failure(refused(target("AIza-canary-an-api-key")))).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo("invalid_key");
            assertThat(failure.httpStatus()).isEmpty();
        });
    }

    @Test
    void a_token_is_asked_for_as_rfc_7523_says() {
        try (var server = giving()) {
            token(target(server));
            assertThat(server.requests().getFirst())
                    .startsWith("POST /token HTTP/1.1\r\n")
                    .containsIgnoringCase("content-type: application/x-www-form-urlencoded")
                    .containsPattern("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="
                            + "[\\w-]+\\.[\\w-]+\\.[\\w-]+$");
        }
    }

    @Test
    void an_outage_of_the_place_that_gives_tokens_is_no_fault_of_the_key_and_passes() {
        assertThat(failure(refusedBy(RawServer.answer("503 Unavailable", "text/html", "<html>")))
                        .kind())
                .isEqualTo("no_token");
        assertThat(failure(refused(target(TestAccount.json("http://127.0.0.1:1/token"))))
                        .kind())
                .isEqualTo("no_token");
        try (var server = giving()) {
            token(target(server));
        }
    }

    @Test
    void one_who_asks_for_tokens_too_often_is_rate_limited() {
        assertThat(refusedBy("HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")
                        .outcome())
                .isInstanceOfSatisfying(ProviderOutcome.RateLimited.class, limited -> {
                    assertThat(limited.retryAfter()).hasValue(Duration.ofSeconds(7));
                    assertThat(limited.failure().scope()).isEqualTo(Failure.Scope.KEY);
                });
    }

    @Test
    void without_a_token_nothing_is_sent_to_the_provider() {
        try (var provider = RawServer.start(RawServer.Connection::readToEnd)) {
            var adapter = new VertexVideos(Simulated.HTTP, Simulated.GUARDED, clock);
            var target = new Target(
                    "vertex",
                    provider.uri("/v1/projects/p/locations/l"),
                    "veo",
                    ProviderKey.of(new Secret(TestAccount.json("http://127.0.0.1:1/token"))),
                    LONG,
                    Traits.NONE);
            var outcome = adapter.create(
                    target, "{\"prompt\":\"a cat\"}".getBytes(StandardCharsets.UTF_8), Set.of(), _ -> true);
            assertThat(outcome).isInstanceOfSatisfying(ProviderOutcome.Retryable.class, retryable -> {
                assertThat(retryable.failure().scope()).isEqualTo(Failure.Scope.KEY);
                assertThat(retryable.failure().httpStatus()).isEqualTo(Optional.empty());
            });
            assertThat(adapter.poll(target, Vertex.OPERATION)).isInstanceOf(Poll.Unknown.class);
            assertThat(adapter.fetch(target, Vertex.OPERATION, (bytes, length, type) -> {}))
                    .isInstanceOf(Fetch.Failed.class);
            assertThat(provider.connections()).isEqualTo(List.of());
        }
    }
}
