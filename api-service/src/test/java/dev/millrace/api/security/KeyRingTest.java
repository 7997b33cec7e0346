package dev.millrace.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.access.ApiKey;
import dev.millrace.access.ApiKeyRepository;
import dev.millrace.access.ApiKeys;
import dev.millrace.access.Credential;
import dev.millrace.access.Limits;
import dev.millrace.access.Project;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.routing.MutableClock;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;

/// What is asked of the database about keys, and when.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class KeyRingTest {

    /// Longer than a key is kept, and than it is asked for beside its calls.
    private static final Duration UNUSED = Duration.ofSeconds(10);

    private final String key = ApiKeys.generate().reveal();
    private final MutableClock clock = new MutableClock();
    private final AtomicInteger asked = new AtomicInteger();
    private Function<String, Optional<Credential>> answers = this::found;

    @Test
    void a_key_is_asked_for_once_in_two_and_a_half_seconds() {
        var ring = ring();

        for (int i = 0; i < 100; i++) {
            assertThat(ring.caller(key, false)).isPresent();
        }

        assertThat(asked).hasValue(1);
        clock.advance(UNUSED);
        assertThat(ring.caller(key, false)).isPresent();
        assertThat(asked).hasValue(2);
    }

    @Test
    void ten_thousand_made_up_keys_are_remembered_and_no_more_and_they_push_out_no_key_that_is_there() {
        var ring = ring();
        assertThat(ring.caller(key, false)).isPresent();
        var first = ApiKeys.generate().reveal();
        assertThat(ring.caller(first, false)).isEmpty();

        askForMadeUp(ring, 9_900);
        assertThat(ring.caller(first, false)).isEmpty();
        assertThat(asked).as("it is still remembered").hasValue(9_902);

        askForMadeUp(ring, 200);
        assertThat(ring.caller(first, false)).isEmpty();
        assertThat(asked).as("it had to be asked for again").hasValue(10_103);
        assertThat(ring.caller(key, false)).isPresent();
        assertThat(asked).hasValue(10_103);
    }

    @Test
    void an_outage_is_asked_into_once_a_second_whatever_the_callers_do() {
        var ring = ring();
        assertThat(ring.caller(key, false)).isPresent();
        clock.advance(UNUSED);
        answers = prefix -> {
            throw new DataAccessResourceFailureException("It is away");
        };

        long began = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            assertThat(ring.caller(key, false)).isPresent();
        }

        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
        assertThat(asked.get() - 1).isBetween(1, 2 + (int) seconds);
    }

    @Test
    void a_call_with_a_key_that_was_known_waits_a_moment_for_a_silent_database_and_the_next_ones_not_at_all() {
        var ring = ring();
        assertThat(ring.caller(key, false)).isPresent();
        clock.advance(UNUSED);
        var silence = new CountDownLatch(1);
        answers = prefix -> {
            awaitEnd(silence);
            return Optional.empty();
        };

        assertThat(timeOf(ring)).isBetween(Duration.ofMillis(200), Duration.ofMillis(900));
        assertThat(timeOf(ring)).isLessThan(Duration.ofMillis(200));
        silence.countDown();
    }

    private Optional<Credential> found(String prefix) {
        return key.startsWith(prefix) ? Optional.of(credential()) : Optional.empty();
    }

    private Credential credential() {
        var project = new Project(UUID.randomUUID(), "tests", new byte[0], Limits.NONE, clock.instant());
        var prefix = ApiKeys.prefix(key).orElseThrow();
        return new Credential(
                new ApiKey(UUID.randomUUID(), project.getId(), prefix, ApiKeys.hash(key), clock.instant()), project);
    }

    /// On a database that is there, as far as the service has seen, and answers about keys as a test says.
    private KeyRing ring() {
        var keys = (ApiKeyRepository) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ApiKeyRepository.class}, (proxy, method, arguments) -> {
                    asked.incrementAndGet();
                    return answers.apply((String) arguments[0]);
                });
        return new KeyRing(keys, SharedApi.get().bean(DatabaseCalls.class), List.of(), clock);
    }

    private static void askForMadeUp(KeyRing ring, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(ring.caller(ApiKeys.generate().reveal(), false)).isEmpty();
        }
    }

    private Duration timeOf(KeyRing ring) {
        long began = System.nanoTime();
        assertThat(ring.caller(key, false)).isPresent();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static void awaitEnd(CountDownLatch silence) {
        try {
            silence.await();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
