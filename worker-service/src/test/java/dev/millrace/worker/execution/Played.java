package dev.millrace.worker.execution;

import dev.millrace.access.Secret;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.JobKind;
import dev.millrace.job.Lease;
import dev.millrace.job.PastFailure;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Patience;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderType;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
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
import io.micrometer.core.instrument.Counter;
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
import org.slf4j.MDC;

/// One run of a claimed chat job at deployments that an adapter plays as the test says.
final class Played {

    static final Failure BROKEN = failure(Failure.Scope.PROVIDER, "provider_error", "mill_broken", 500);

    /// Of the model.
    static final Duration CONNECT = Duration.ofSeconds(3);

    final Work work = SharedWorker.newWork();
    final List<String> asked = new ArrayList<>();
    final Router router = new Router(Clock.systemUTC(), RandomGenerator.getDefault());
    private final LeaseKeeper lease;
    final Work.Submitted job;
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Map<String, Supplier<ProviderOutcome>> answers = new HashMap<>();
    // A gauge does not keep what it reads.
    private final List<Ways> kept = new ArrayList<>();
    private List<String> routeDrops = List.of();
    private Set<String> callerDrops = Set.of();
    private Set<PastFailure> failures = Set.of();
    private int attempts;
    private List<String> leftOut = List.of();
    private @Nullable ChatCall last;
    private @Nullable RunningJob running;
    private @Nullable Target lastTarget;

    Played() {
        this(SharedWorker.get().bean(LeaseKeeper.class));
    }

    /// Under another lease than that of the worker which all tests share.
    Played(LeaseKeeper lease) {
        this.lease = lease;
        this.job = work.claimedBy(lease.worker().toString(), "as-it-is-told");
    }

    static Failure failure(Failure.Scope scope, String kind, String code, int status) {
        return new Failure(scope, kind, code, "It broke", Optional.empty(), Optional.of(status), Optional.empty());
    }

    Played answering(String deployment, Supplier<ProviderOutcome> outcome) {
        answers.put(deployment, outcome);
        return this;
    }

    Played dropping(List<String> ofRoute, Set<String> ofCaller) {
        routeDrops = ofRoute;
        callerDrops = ofCaller;
        return this;
    }

    /// Each request leaves without these.
    Played leavingOut(String... parameters) {
        leftOut = List.of(parameters);
        return this;
    }

    /// The job's caller wants it no more; its call is under way.
    void cancel() {
        Objects.requireNonNull(running).cancel();
    }

    /// What is on record to be left out of the attempts, in order.
    List<String> dropped() {
        return work.texts("select coalesce(dropped, 'nothing') from attempt where job_id = :id order by number", job);
    }

    /// The job has come back from the queue.
    Played failedBefore(int attemptsSoFar, PastFailure... before) {
        attempts = attemptsSoFar;
        failures = Set.of(before);
        return this;
    }

    /// Runs it at deployments in this order; `name:context` has a longest context.
    void run(String... deployments) {
        run(
                ModelKind.CHAT,
                (mine, route, attempting) -> {
                    var adapters = new Adapters(
                            Map.of(ProviderType.OPENAI, new Told()), Map.of(), Map.of(), Map.of(), Map.of());
                    new ChatRun(adapters, lease, Duration.ofSeconds(5)).run(mine, route, attempting);
                },
                deployments);
    }

    interface Run {
        void run(RunningJob mine, ModelRoute route, Attempting attempting);
    }

    void run(ModelKind kind, Run run, String... deployments) {
        var rules = ChatRules.DEFAULT;
        var route = new ModelRoute(
                "as-it-is-told",
                kind,
                List.of(deployments).stream()
                        .map(name -> List.of(deployment(name)))
                        .toList(),
                RenderRules.DEFAULT,
                new ChatRules(CONNECT, rules.firstToken(), rules.gap(), rules.total(), rules.pingAfter(), routeDrops));
        var ways = new Ways(router, Map.of(), meters);
        kept.add(ways);
        var tools = new Attempting.Tools(
                ways,
                new RetryBudget(Clock.systemUTC(), router),
                SharedWorker.get().bean(Settler.class),
                new RetrySettings(3, Duration.ofMillis(50), Duration.ofMillis(50)),
                Clock.systemUTC(),
                RandomGenerator.getDefault(),
                meters);
        var claimed = claimed(kind);
        try (var attempting = new Attempting(tools, claimed, route)) {
            var mine = new RunningJob(claimed);
            running = mine;
            run.run(mine, route, attempting);
        } finally {
            MDC.clear();
        }
    }

    ClaimedJob claimed() {
        return claimed(ModelKind.CHAT);
    }

    private ClaimedJob claimed(ModelKind kind) {
        return new ClaimedJob(
                new Lease(job.id(), lease.worker(), 1),
                UUID.randomUUID(),
                kind == ModelKind.VIDEO ? JobKind.VIDEO : JobKind.CHAT,
                "as-it-is-told",
                "{}".getBytes(StandardCharsets.UTF_8),
                attempts,
                0,
                Instant.now(),
                callerDrops,
                failures);
    }

    /// The model `a-model` at the provider of a name.
    static Deployment deployment(String name) {
        var parts = name.split(":", 2);
        var provider = new Provider(
                parts[0],
                ProviderType.OPENAI,
                URI.create("http://127.0.0.1:1"),
                List.of(ProviderKey.of(new Secret("sk-of-" + parts[0]))));
        return new Deployment(provider, "a-model", 1, parts.length == 1 ? 0 : Integer.parseInt(parts[1]), Traits.NONE);
    }

    private final class Told implements ChatAdapter {
        @Override
        public ProviderOutcome complete(Target target, ChatCall call) {
            asked.add(target.provider() + " " + MDC.get("attempt"));
            last = call;
            if (!call.lastCheck(leftOut).getAsBoolean()) {
                throw new AssertionError("A chat call is not withheld");
            }
            lastTarget = target;
            return Objects.requireNonNull(answers.get(target.provider())).get();
        }

        @Override
        public Opening open(Target target, ChatCall call, Patience patience) {
            throw new AssertionError("A queued call is not streamed");
        }
    }

    Target lastTarget() {
        return Objects.requireNonNull(lastTarget);
    }

    ChatCall last() {
        return Objects.requireNonNull(last);
    }

    static ProviderOutcome broken() {
        return new ProviderOutcome.Retryable(BROKEN);
    }

    static ProviderOutcome unfit() {
        return new ProviderOutcome.Unfit("logprobs", "This model has none.");
    }

    static ProviderOutcome answered() {
        return answered(List.of());
    }

    static ProviderOutcome answered(List<String> dropped) {
        return new ProviderOutcome.Succeeded(new ProviderOutcome.Answer(
                "{}".getBytes(StandardCharsets.UTF_8), Optional.empty(), 200, Optional.empty(), dropped));
    }

    /// How many attempts at a provider are counted with an outcome.
    double counted(String provider, String outcome) {
        return meters
                .find("millrace.attempts")
                .tags("kind", "chat", "provider", provider, "outcome", outcome)
                .counters()
                .stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    double places() {
        return meters.get("millrace.deployment.places").gauge().value();
    }

    /// How long the job was put back for, in milliseconds, for a reason.
    double putBack(String reason) {
        var sql = "select ((detail ->> 'run_at')::numeric - extract(epoch from created_at)) * 1000 from job_event"
                + " where job_id = :id and detail ->> 'reason' = '" + reason + "'";
        work.await(sql, job);
        return Double.parseDouble(work.texts(sql, job).getFirst());
    }
}
