package dev.millrace.api.operator;

import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.job.Ended;
import dev.millrace.job.JobKind;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.Target;
import dev.millrace.provider.VideoAdapter.Poll;
import dev.millrace.render.Holds;
import dev.millrace.render.Holds.Held;
import dev.millrace.render.Holds.Resolution;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.RenderRules;
import dev.millrace.routing.Routes;
import dev.millrace.settings.RenderSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Gives an operator's answer about a held job. "It was made" is not taken on trust: the provider is asked for the
/// operation first, with the key that the create was sent with.
final class HoldResolver {

    /// Google's are paths, none of whose parts may lead elsewhere.
    private static final Pattern OPERATION_ID =
            Pattern.compile("(?=.{1,512}$)(?:(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~:@=+-]+(?:/(?!$)|$)){1,12}");
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Holds holds;
    private final Routes routes;
    private final Adapters adapters;
    private final RenderSettings settings;
    private final DatabaseCalls database;

    HoldResolver(Holds holds, Routes routes, Adapters adapters, RenderSettings settings, DatabaseCalls database) {
        this.holds = holds;
        this.routes = routes;
        this.adapters = adapters;
        this.settings = settings;
        this.database = database;
    }

    /// @return the job's end, if it has ended by this
    /// @throws Problem 422 if the provider does not know the operation, 503 if it could not be asked, 409 if the
    ///     job is no longer held or another attempt has the operation
    Optional<Ended> made(Held held, String operationId) {
        requireKnown(held, operationId);
        return resolve(() -> holds.made(held, operationId, rules(held).timeout()));
    }

    private RenderRules rules(Held held) {
        return routes.find(held.publicModel(), JobKind.VIDEO)
                .map(ModelRoute::render)
                .orElse(RenderRules.DEFAULT);
    }

    Optional<Ended> notMade(Held held) {
        return resolve(() -> holds.notMade(held));
    }

    Optional<Ended> giveUp(Held held) {
        return resolve(() -> holds.giveUp(held));
    }

    private Optional<Ended> resolve(Supplier<Resolution> answer) {
        return switch (database.ask(answer)) {
            case Resolution.Resolved resolved -> resolved.ended();
            case Resolution.NotHeld notHeld -> throw notHeld();
            case Resolution.OperationTaken taken ->
                throw Problem.conflict("operation_id", "operation_taken", "This operation belongs to another attempt.");
        };
    }

    static Problem notHeld() {
        return Problem.conflict(null, "not_held", "This job is not held; it was resolved before, or never was.");
    }

    private void requireKnown(Held held, String operationId) {
        if (!OPERATION_ID.matcher(operationId).matches()) {
            throw Problem.invalid("operation_id", "invalid_value", "'operation_id' is no operation's id.");
        }
        var target = target(held);
        var provider = routes.provider(held.provider()).orElseThrow();
        var adapter = adapters.video(provider.type())
                .orElseThrow(() -> unanswerable("The provider " + held.provider() + " makes no videos."));
        switch (adapter.poll(target, operationId)) {
            // A render that failed was made too; the polls find that out and end the job.
            case Poll.Rendering rendering -> {}
            case Poll.Completed completed -> {}
            case Poll.Failed failed -> {}
            case Poll.NotFound notFound ->
                throw Problem.refused(
                        422,
                        "operation_id",
                        "operation_not_found",
                        "The provider does not know this operation; nothing was changed.");
            case Poll.RateLimited limited ->
                throw Problem.unavailable(
                        "provider_rate_limited",
                        "The provider takes no more polls now; nothing was changed.",
                        limited.retryAfter().orElse(RETRY_AFTER));
            case Poll.Unknown unknown ->
                throw Problem.unavailable(
                        "provider_unavailable",
                        "The provider could not be asked (" + unknown.reason() + "); nothing was changed.",
                        RETRY_AFTER);
        }
    }

    private Target target(Held held) {
        if (held.provider().isEmpty()) {
            throw unanswerable("No create was sent for this job: it can be tried again or given up.");
        }
        var provider = routes.provider(held.provider())
                .orElseThrow(() -> unanswerable("The provider " + held.provider() + " is no longer configured."));
        var key = provider.key(held.keyRef())
                .orElseThrow(() -> unanswerable(
                        "The key that the create was sent with is no longer configured for " + held.provider() + "."));
        return provider.target(
                held.model(), key, settings.pollDeadline(), rules(held).connect());
    }

    private static Problem unanswerable(String message) {
        return Problem.refused(422, "resolution", "not_answerable", message);
    }
}
