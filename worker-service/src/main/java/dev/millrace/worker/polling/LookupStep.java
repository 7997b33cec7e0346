package dev.millrace.worker.polling;

import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import dev.millrace.job.Requeue;
import dev.millrace.lease.LeaseSettings;
import dev.millrace.provider.VideoAdapter.Lookup;
import dev.millrace.render.FollowedRender;
import dev.millrace.render.RenderAttempts;
import dev.millrace.render.RenderStore;
import dev.millrace.render.Seen;
import dev.millrace.routing.RenderRules;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.settings.RenderSettings;
import dev.millrace.worker.execution.Settler;
import dev.millrace.worker.lease.LeaseKeeper;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Asks a provider whether it made the render of a create whose answer was lost. Only one answer is good enough to go
/// on by itself: a single match that nobody else holds. "Not found" counts once a create that was still on its way
/// could no longer arrive; everything else is for an operator, or for the model's rule.
@Component
class LookupStep {

    private static final Logger log = LoggerFactory.getLogger(LookupStep.class);

    private final RenderStore renders;
    private final Settler settler;
    private final LeaseKeeper lease;
    private final RenderSettings settings;
    private final LeaseSettings leases;
    private final RandomGenerator random;
    private final RenderBill bill;

    LookupStep(
            RenderStore renders,
            Settler settler,
            LeaseKeeper lease,
            RenderBill bill,
            MillraceSettings settings,
            RandomGenerator random) {
        this.renders = renders;
        this.settler = settler;
        this.lease = lease;
        this.settings = settings.render();
        this.leases = settings.lease();
        this.random = random;
        this.bill = bill;
    }

    void take(RenderStep.Following following, RenderRules rules) {
        var render = following.render();
        var answer = following
                .adapter()
                .lookUp(following.target(), render.request(), render.intentAt().minus(settings.clockSkew()));
        boolean arrived = !render.now().isBefore(render.deadline());
        switch (answer) {
            case Lookup.Matches(var ids) when ids.size() == 1 -> adopt(render, rules, ids.getFirst(), arrived);
            case Lookup.Matches(var ids) when ids.isEmpty() && arrived -> notMade(render);
            case Lookup.Matches(var ids)
            when ids.isEmpty() -> renders.postpone(render, untilNext(render), 0, Seen.NOT_ASKED, 0);
            case Lookup.Matches(var ids) -> undecided(render, rules, "several_matches");
            case Lookup.Unsupported(var reason) -> undecided(render, rules, "provider_cannot_tell");
            case Lookup.Unknown(var reason, var retryAfter) -> {
                log.debug("A lookup says nothing: {}", reason);
                unanswered(render, rules, retryAfter);
            }
        }
    }

    /// Once more after a while, unless it has been tried for long enough.
    void unanswered(FollowedRender render, RenderRules rules, Optional<Duration> retryAfter) {
        var left = Duration.between(render.now(), render.createdAt().plus(settings.lookupFor()));
        if (left.isNegative()) {
            undecided(render, rules, "lookup_unanswered");
            return;
        }
        var backoff = settings.errors().after(render.errors() + 1, random);
        var wait = retryAfter.filter(asked -> asked.compareTo(backoff) > 0).orElse(backoff);
        renders.postpone(
                render, wait.compareTo(left) < 0 ? wait : left.plusMillis(50), render.errors() + 1, Seen.NOT_ASKED, 0);
    }

    private void adopt(FollowedRender render, RenderRules rules, String operation, boolean arrived) {
        var adoption = renders.adopt(render, operation, Duration.ZERO, rules.timeout(), lease.worker());
        if (adoption.adopted()) {
            settler.tell(render.job(), adoption.ended());
        } else if (arrived) {
            undecided(render, rules, "match_is_another_attempts");
        } else {
            renders.postpone(render, untilNext(render), 0, Seen.NOT_ASKED, 0);
        }
    }

    /// The lookup that counts is the one after the window.
    private Duration untilNext(FollowedRender render) {
        var left = Duration.between(render.now(), render.deadline()).plusMillis(50);
        return left.compareTo(settings.lookupEvery()) < 0 ? left : settings.lookupEvery();
    }

    private void notMade(FollowedRender render) {
        if (render.takeBacks() >= leases.mostTakeBacks()) {
            settler.tell(render.job(), renders.hold(render, "worker_lost", lease.worker()));
            return;
        }
        settler.tell(
                render.job(),
                renders.tryAgain(
                        render,
                        bill.nothing(
                                render,
                                RenderAttempts.ended(render.attempt(), AttemptStatus.FAILED, "not_made", null, null)),
                        new Requeue(render.job(), render.epoch(), Duration.ZERO, "not_made", Optional.empty()),
                        lease.worker()));
    }

    private void undecided(FollowedRender render, RenderRules rules, String reason) {
        settler.tell(
                render.job(),
                switch (rules.onIndeterminate()) {
                    case HOLD -> renders.hold(render, reason, lease.worker());
                    case FAIL ->
                        renders.fail(
                                render,
                                RenderAttempts.ended(render.attempt(), AttemptStatus.ABANDONED, reason, null, null),
                                Ending.failed(
                                        render.job(),
                                        render.epoch(),
                                        "render_unaccounted",
                                        "It could not be found out whether the provider made this video.",
                                        Optional.empty()),
                                lease.worker());
                    case RETRY ->
                        renders.tryAgain(
                                render,
                                RenderAttempts.ended(render.attempt(), AttemptStatus.ABANDONED, reason, null, null),
                                new Requeue(
                                        render.job(), render.epoch(), Duration.ZERO, "indeterminate", Optional.empty()),
                                lease.worker());
                });
    }
}
