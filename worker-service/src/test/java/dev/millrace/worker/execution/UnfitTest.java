package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.millrace.access.Secret;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.JobKind;
import dev.millrace.job.Lease;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Patience;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderType;
import dev.millrace.provider.Target;
import dev.millrace.routing.ChatRules;
import dev.millrace.routing.Deployment;
import dev.millrace.routing.ModelKind;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.Provider;
import dev.millrace.routing.RenderRules;
import dev.millrace.routing.RetryBudget;
import dev.millrace.routing.Router;
import dev.millrace.settings.RetrySettings;
import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.lease.LeaseKeeper;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/// Deployments that can't take a request at all, played by an adapter that answers as the test says.
@DisplayNameGeneration(ReplaceUnderscores.class)
class UnfitTest {

    private final LeaseKeeper lease = SharedWorker.get().bean(LeaseKeeper.class);
    private final Work work = SharedWorker.newWork();
    private final Work.Submitted job = work.claimedBy(lease.worker().toString(), "as-it-is-told");
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Map<String, Supplier<ProviderOutcome>> answers = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    // A gauge does not keep what it reads.
    private final List<Ways> kept = new ArrayList<>();
    private @Nullable ChatCall last;

    private static final Failure BROKEN = new Failure(
            Failure.Scope.PROVIDER,
            "provider_error",
            "mill_broken",
            "It broke",
            Optional.empty(),
            Optional.of(500),
            Optional.empty());

    private void run(String... deployments) {
        run(List.of(), deployments);
    }

    private void run(List<String> drop, String... deployments) {
        var tiers = new ArrayList<List<Deployment>>();
        for (var name : deployments) {
            var provider = new Provider(
                    name,
                    ProviderType.OPENAI,
                    URI.create("http://127.0.0.1:1"),
                    List.of(ProviderKey.of(new Secret("sk-of-" + name))));
            tiers.add(List.of(new Deployment(provider, "a-model", 1)));
        }
        var rules = ChatRules.DEFAULT;
        var route = new ModelRoute(
                "as-it-is-told",
                ModelKind.CHAT,
                tiers,
                RenderRules.DEFAULT,
                new ChatRules(
                        rules.connect(), rules.firstToken(), rules.gap(), rules.total(), rules.pingAfter(), drop));
        var router = new Router(Clock.systemUTC(), RandomGenerator.getDefault());
        var ways = new Ways(router, meters);
        kept.add(ways);
        var tools = new Attempting.Tools(
                ways,
                new RetryBudget(Clock.systemUTC(), router),
                SharedWorker.get().bean(Settler.class),
                new RetrySettings(3, Duration.ofMillis(50), Duration.ofMillis(50)),
                Clock.systemUTC(),
                RandomGenerator.getDefault(),
                meters);
        var claimed = new ClaimedJob(
                new Lease(job.id(), lease.worker(), 1),
                UUID.randomUUID(),
                JobKind.CHAT,
                "as-it-is-told",
                "{}".getBytes(StandardCharsets.UTF_8),
                0,
                0,
                Instant.now(),
                Set.of());
        var adapters = new Adapters(Map.of(ProviderType.OPENAI, new Told()), Map.of(), Map.of(), Map.of(), Map.of());
        try (var attempting = new Attempting(tools, claimed, route)) {
            new ChatRun(adapters, lease, Duration.ofSeconds(5)).run(new RunningJob(claimed), route, attempting);
        } finally {
            MDC.clear();
        }
    }

    private final class Told implements ChatAdapter {
        @Override
        public ProviderOutcome complete(Target target, ChatCall call) {
            asked.add(target.provider() + " " + MDC.get("attempt"));
            last = call;
            return Objects.requireNonNull(answers.get(target.provider())).get();
        }

        @Override
        public Opening open(Target target, ChatCall call, Patience patience) {
            throw new AssertionError("A queued call is not streamed");
        }
    }

    private static ProviderOutcome unfit() {
        return new ProviderOutcome.Unfit("logprobs", "This model has none.");
    }

    private static ProviderOutcome answered() {
        return new ProviderOutcome.Succeeded(new ProviderOutcome.Answer(
                "{}".getBytes(StandardCharsets.UTF_8), Optional.empty(), 200, Optional.empty(), List.of()));
    }

    private double places() {
        return meters.get("millrace.deployment.places").gauge().value();
    }

    @Test
    void a_deployment_that_can_not_take_a_request_is_passed_over_and_that_is_no_attempt() {
        answers.put("a", UnfitTest::unfit);
        answers.put("b", UnfitTest::answered);

        run("a", "b");

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
        assertThat(work.text("select provider from attempt where job_id = :id", job))
                .isEqualTo("b");
        assertThat(asked).containsExactly("a 1", "b 1");
        assertThat(places()).isZero();
    }

    @Test
    void where_no_deployment_can_take_it_the_job_fails_and_names_the_parameter() {
        answers.put("a", UnfitTest::unfit);
        answers.put("b", UnfitTest::unfit);

        run("a", "b");

        assertThat(work.awaitEnd(job)).isEqualTo("failed");
        assertThat(work.errorCode(job)).isEqualTo("unsupported_parameter");
        assertThat(work.text("select error_message from job_end where job_id = :id", job))
                .contains("logprobs");
        assertThat(work.attempts(job)).as("nothing was sent").isEmpty();
        assertThat(places()).isZero();
    }

    @Test
    void a_real_failure_before_a_refusal_is_tried_again_later_and_is_not_hidden_by_it() {
        answers.put("a", () -> new ProviderOutcome.Retryable(BROKEN));
        answers.put("b", UnfitTest::unfit);

        run("a", "b");

        work.await("select 1 from job_event where job_id = :id and detail ->> 'reason' = 'retry'", job);
        assertThat(work.attempts(job)).containsExactly("1 failed provider_error");
        assertThat(asked).containsExactly("a 1", "b 2");
        assertThat(places()).isZero();
    }

    @Test
    void a_real_failure_after_a_refusal_is_the_jobs_too() {
        answers.put("a", UnfitTest::unfit);
        answers.put("b", () -> new ProviderOutcome.Retryable(BROKEN));

        run("a", "b");

        work.await("select 1 from job_event where job_id = :id and detail ->> 'reason' = 'retry'", job);
        assertThat(work.attempts(job)).containsExactly("1 failed provider_error");
        assertThat(places()).isZero();
    }

    @Test
    void what_the_route_lets_go_is_left_out_of_queued_calls_too() {
        answers.put("a", UnfitTest::answered);

        run(List.of("logprobs", "seed"), "a");

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        var call = Objects.requireNonNull(last);
        assertThat(call.mayDrop()).isEqualTo(Set.of("logprobs", "seed"));
        assertThat(call.model()).isEqualTo("as-it-is-told");
    }

    @Test
    void a_bug_in_an_adapter_gives_the_place_back() {
        answers.put("a", () -> {
            throw new IllegalStateException("a bug");
        });

        assertThatIllegalStateException().isThrownBy(() -> run("a"));

        assertThat(places()).isZero();
    }
}
