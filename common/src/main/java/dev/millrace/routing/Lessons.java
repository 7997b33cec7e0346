package dev.millrace.routing;

import dev.millrace.provider.Failure;
import dev.millrace.routing.Router.Choice;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the ends of calls teach: each gives its place back, once, and tells those of the breakers whom it concerns.
/// The router says what each end means.
final class Lessons {

    /// Of a wait that a failure asked for; whoever is still away then asks again.
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final Clock clock;
    private final RateGate gate;
    private final Keys keys;

    Lessons(Clock clock, RateGate gate, Keys keys) {
        this.clock = clock;
        this.gate = gate;
        this.keys = keys;
    }

    void rateLimited(Choice.Use use, Failure failure, Optional<Duration> retryAfter) {
        var state = end(use, 0);
        if (state == null) {
            return;
        }
        long now = clock.millis();
        answeredOtherwise(use, state, now);
        keys.rateLimited(use.deployment(), state, use.key(), retryAfter, now);
    }

    void failed(Choice.Use use, Failure failure, Optional<Duration> retryAfter) {
        var state = end(use, 0);
        if (state == null) {
            return;
        }
        long now = clock.millis();
        var asked = retryAfter
                .map(wait -> wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait)
                .orElse(Duration.ZERO);
        switch (failure.scope()) {
            case PROVIDER -> failedProvider(use.place(), state, asked, now);
            case MODEL -> {
                if (isAboutKey(failure)) {
                    answeredOtherwise(use, state, now);
                    keys.mayNotUse(use.deployment(), state, use.key(), failure, now);
                } else {
                    state.load().failed(now);
                    state.provider().breaker().released(use.place().providerPhase());
                    state.breaker().failed(use.place().deploymentPhase(), asked, true, now);
                    releaseKeys(use.place());
                }
            }
            case KEY -> {
                answeredOtherwise(use, state, now);
                keys.setAside(use.deployment(), state, use.key(), failure, now);
            }
            case REQUEST -> released(use.place(), state);
        }
    }

    /// A model that is not there, or not for this key, whatever the status (Google says a region with 400, and a day's
    /// quota of one model with 429): other keys may have it.
    private static boolean isAboutKey(Failure failure) {
        int status = failure.httpStatus().orElse(0);
        return status == 401
                || status == 403
                || status == 404
                || failure.noSuchModel()
                || failure.kind().equals("model_unavailable")
                || failure.kind().equals("quota_exhausted");
    }

    /// Counts against the model first, and against the provider only as long as the model's own breaker is not open:
    /// so a model that always fails opens its own and not its provider's. It alone opens for a wait that was asked
    /// for: the answer was one to a call of this model.
    private static void failedProvider(Place place, DeploymentState state, Duration asked, long now) {
        state.load().failed(now);
        boolean known = !state.breaker().isClosed();
        state.breaker().failed(place.deploymentPhase(), asked, true, now);
        if (known && state.provider().breaker().isIdle(now)) {
            state.provider().breaker().released(place.providerPhase());
        } else {
            state.provider().breaker().failed(place.providerPhase(), asked, false, now);
        }
        releaseKeys(place);
    }

    /// The provider is there, and its answer was about the key.
    private static void answeredOtherwise(Choice.Use use, DeploymentState state, long now) {
        state.provider().breaker().succeeded(use.place().providerPhase(), now);
        state.breaker().released(use.place().deploymentPhase());
        releaseKeys(use.place());
    }

    void answering(Choice.Use use, Duration latency) {
        var state = use.place().at();
        if (state != null && use.place().answer()) {
            long now = clock.millis();
            state.load().took(latency, true, now);
            state.provider().breaker().answering(use.place().providerPhase(), now);
            state.breaker().answering(use.place().deploymentPhase(), now);
            for (var permit : use.place().keyPermits()) {
                permit.breaker().answering(permit.phase(), now);
            }
        }
    }

    void succeeded(Choice.Use use, long tokens, Duration latency) {
        var state = end(use, tokens);
        if (state == null) {
            return;
        }
        long now = clock.millis();
        if (use.place().answer()) {
            state.load().took(latency, false, now);
        }
        succeeded(use, state, now);
    }

    private void succeeded(Choice.Use use, DeploymentState state, long now) {
        var place = use.place();
        state.provider().breaker().succeeded(place.providerPhase(), now);
        state.breaker().succeeded(place.deploymentPhase(), now);
        for (var permit : place.keyPermits()) {
            permit.breaker().succeeded(permit.phase(), now);
        }
        keys.worked(use.deployment(), state, use.key(), now);
    }

    void released(Choice.Use use) {
        var state = end(use, 0);
        if (state != null) {
            released(use.place(), state);
        }
    }

    void declined(Choice.Use use) {
        var place = use.place();
        var state = place.at();
        if (state == null || !place.end()) {
            return;
        }
        giveBack(place, state);
        state.retries().notCalled(place.begunAt(), clock.millis());
        var pool = use.deployment().provider().pool();
        if (gate.limits(pool)) {
            gate.returned(use.deployment(), pool.account(use.key()), place);
        }
        released(place, state);
    }

    private static void giveBack(Place place, DeploymentState state) {
        state.load().ended();
        var provider = state.provider();
        provider.places().onComplete();
        place.room().give(provider.provider().name());
    }

    void outrun(Choice.Use use, boolean streamed, Duration atLeast) {
        var state = end(use, 0);
        if (state == null) {
            return;
        }
        boolean tells = state.load()
                .p95(streamed)
                .filter(known -> atLeast.compareTo(known) > 0)
                .isPresent();
        if (tells && use.place().answer()) {
            state.load().took(atLeast, streamed, clock.millis());
        }
        released(use.place(), state);
    }

    private static void released(Place place, DeploymentState state) {
        state.provider().breaker().released(place.providerPhase());
        state.breaker().released(place.deploymentPhase());
        releaseKeys(place);
    }

    private static void releaseKeys(Place place) {
        for (var permit : place.keyPermits()) {
            permit.breaker().released(permit.phase());
        }
    }

    /// Gives the places back.
    ///
    /// @return null where that was done before
    private @Nullable DeploymentState end(Choice.Use use, long tokens) {
        var state = use.place().at();
        if (state == null || !use.place().end()) {
            return null;
        }
        giveBack(use.place(), state);
        var deployment = use.deployment();
        if (gate.limits(deployment.provider().pool())) {
            gate.used(
                    deployment,
                    deployment.provider().pool().account(use.key()),
                    use.place(),
                    Math.max(tokens, use.place().used()));
        }
        return state;
    }
}
