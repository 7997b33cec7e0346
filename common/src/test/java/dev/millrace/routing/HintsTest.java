package dev.millrace.routing;

import static dev.millrace.routing.Routing.ERROR;
import static dev.millrace.routing.Routing.INVALID_KEY;
import static dev.millrace.routing.Routing.K1;
import static dev.millrace.routing.Routing.K2;
import static dev.millrace.routing.Routing.MOMENT;
import static dev.millrace.routing.Routing.TOO_OFTEN;
import static dev.millrace.routing.Routing.deployment;
import static dev.millrace.routing.Routing.provider;
import static dev.millrace.routing.Routing.route;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.kafka.Publisher;
import dev.millrace.provider.ProviderKey;
import dev.millrace.routing.Router.Choice;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What one process makes of another's breakers.
@DisplayNameGeneration(ReplaceUnderscores.class)
class HintsTest {

    private final MutableClock clock = new MutableClock();
    private final List<Hint> told = new ArrayList<>();
    private final UUID there = UUID.randomUUID();
    private final Router elsewhere = new Router(
            clock, new SplittableRandom(1), RateGate.OPEN, (breaker, open, until) -> tell(breaker, open, until));
    private final List<Hint> toldHere = new ArrayList<>();
    private final Router here = new Router(
            clock,
            new SplittableRandom(2),
            RateGate.OPEN,
            (breaker, open, until) ->
                    toldHere.add(new Hint(there, breaker.scope(), open, Duration.between(clock.instant(), until))));
    private final Provider provider = provider("p", K1, K2);
    private final ModelRoute m = route(deployment(provider, "m"));
    private final ModelRoute other = route(deployment(provider, "other"));

    private void tell(Breaker breaker, boolean open, Instant until) {
        var hint = new Hint(there, breaker.scope(), open, Duration.between(clock.instant(), until));
        told.add(hint);
        here.hinted(HintCodec.read(HintCodec.write(hint)).orElseThrow());
    }

    @BeforeEach
    void know() {
        for (var route : List.of(m, other)) {
            here.states().of(route.tiers().getFirst().getFirst());
        }
    }

    private static Choice.Use use(Router router, ModelRoute route) {
        return (Choice.Use) router.choose(route, Set.of());
    }

    private void open(ModelRoute route) {
        for (int i = 0; i < 5; i++) {
            elsewhere.failed(use(elsewhere, route), ERROR);
        }
    }

    private boolean rests(ModelRoute route) {
        return !here.ready(route, Set.of());
    }

    private Set<ProviderKey> keys(ModelRoute route) {
        var keys = new HashSet<ProviderKey>();
        for (int i = 0; i < 10; i++) {
            var use = use(here, route);
            keys.add(use.key());
            here.released(use);
        }
        return keys;
    }

    @Test
    void what_another_process_has_opened_rests_here_too() {
        open(m);
        assertThat(rests(m)).isTrue();
        assertThat(here.choose(m, Set.of())).isInstanceOf(Choice.Resting.class);
        assertThat(rests(other)).isFalse();
    }

    @Test
    void a_hint_ends_by_itself_after_ten_seconds_at_most() {
        here.hinted(new Hint(there, new Scope(Scope.Kind.PROVIDER, "p", "", ""), true, Duration.ofHours(1)));
        clock.advance(Duration.ofSeconds(10).minusMillis(1));
        assertThat(rests(m)).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(rests(m)).isFalse();
    }

    @Test
    void a_process_whose_own_calls_succeed_keeps_calling() {
        here.succeeded(use(here, m), 1, MOMENT);
        clock.advance(Duration.ofSeconds(1));
        open(m);
        assertThat(rests(m)).isFalse();
    }

    @Test
    void a_call_under_way_that_succeeds_ends_the_hint() {
        var underWay = use(here, m);
        open(m);
        assertThat(rests(m)).isTrue();
        here.succeeded(underWay, 1, MOMENT);
        assertThat(rests(m)).isFalse();
    }

    @Test
    void a_recovery_elsewhere_ends_the_hint() {
        open(m);
        clock.advance(Duration.ofSeconds(1));
        here.hinted(new Hint(there, new Scope(Scope.Kind.MODEL, "p", "m", ""), true, Duration.ofSeconds(9)));
        clock.advance(Duration.ofSeconds(2));
        assertThat(rests(m)).isTrue();
        elsewhere.succeeded(use(elsewhere, m), 1, MOMENT);
        assertThat(told.getLast().open()).isFalse();
        assertThat(rests(m)).isFalse();
    }

    @Test
    void keys_that_cool_or_are_set_aside_elsewhere_rest_here() {
        elsewhere.rateLimited(use(elsewhere, m), TOO_OFTEN, Optional.of(Duration.ofSeconds(5)));
        assertThat(keys(m)).hasSize(1);
        assertThat(keys(other)).hasSize(2);
        elsewhere.failed(use(elsewhere, other), INVALID_KEY);
        assertThat(keys(other)).hasSize(1);
    }

    @Test
    void a_key_that_works_here_is_not_believed_to_rest() {
        var underWay = List.of(use(here, m), use(here, m));
        elsewhere.rateLimited(use(elsewhere, m), TOO_OFTEN, Optional.of(Duration.ofSeconds(5)));
        assertThat(keys(m)).hasSize(1);
        underWay.forEach(use -> here.succeeded(use, 1, MOMENT));
        assertThat(keys(m)).hasSize(2);
    }

    @Test
    void a_hint_is_not_passed_on() {
        open(m);
        clock.advance(Duration.ofSeconds(11));
        here.succeeded(use(here, m), 1, MOMENT);
        assertThat(toldHere).isEmpty();
    }

    @Test
    void names_that_are_not_known_here_leave_nothing_behind() {
        for (var kind : Scope.Kind.values()) {
            here.hinted(new Hint(there, new Scope(kind, "nobody", "m", "k"), true, Duration.ofSeconds(5)));
            here.hinted(new Hint(there, new Scope(kind, "p", "nothing", "k"), true, Duration.ofSeconds(5)));
        }
        assertThat(here.states().providers()).hasSize(1);
        assertThat(here.states().deployments()).hasSize(2);
        assertThat(here.states().of(provider).keys()).isEmpty();
        assertThat(here.states().of(provider).accounts()).isEmpty();
    }

    @Test
    void what_a_process_publishes_others_understand_and_it_passes_over_itself() {
        try (var producer = new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
                var publisher = new Publisher(producer)) {
            var hints = new Hints(publisher, clock);
            var publishing = new Router(clock, new SplittableRandom(3), RateGate.OPEN, hints);
            for (int i = 0; i < 5; i++) {
                publishing.failed(use(publishing, m), ERROR);
            }
            await("the hint")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> producer.history().size() == 1);
            var record = producer.history().getFirst();
            assertThat(record.topic()).isEqualTo("millrace.routing");

            hints.received(record.value(), here);
            assertThat(rests(m)).isFalse();
            new Hints(publisher, clock).received(record.value(), here);
            assertThat(rests(m)).isTrue();
        }
    }

    @Test
    void a_hint_is_read_as_it_was_written() {
        for (var kind : Scope.Kind.values()) {
            var hint = new Hint(there, new Scope(kind, "p", "größe:m/1", "k"), true, Duration.ofMillis(1_234));
            assertThat(HintCodec.read(HintCodec.write(hint))).hasValue(hint);
        }
    }

    @Test
    void what_is_no_hint_is_passed_over() {
        var hint = HintCodec.write(new Hint(there, new Scope(Scope.Kind.MODEL, "p", "m", ""), true, Duration.ZERO));
        assertThat(HintCodec.read(null)).isEmpty();
        assertThat(HintCodec.read(new byte[0])).isEmpty();
        assertThat(HintCodec.read("no hint at all".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
        for (int length = 0; length < hint.length; length++) {
            assertThat(HintCodec.read(Arrays.copyOf(hint, length))).isEmpty();
        }
        hint[0] = 2;
        assertThat(HintCodec.read(hint)).isEmpty();
    }
}
