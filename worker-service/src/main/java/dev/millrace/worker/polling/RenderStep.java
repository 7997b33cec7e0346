package dev.millrace.worker.polling;

import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import dev.millrace.job.JobKind;
import dev.millrace.job.Requeue;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.Target;
import dev.millrace.provider.Terms;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.provider.VideoAdapter.Poll;
import dev.millrace.render.FollowedRender;
import dev.millrace.render.RenderAttempts;
import dev.millrace.render.RenderStore;
import dev.millrace.render.Seen;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.RenderRules;
import dev.millrace.routing.Routes;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.settings.RenderSettings;
import dev.millrace.worker.execution.Settler;
import dev.millrace.worker.lease.LeaseKeeper;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/// One step of following a render: a poll, a lookup or a fetch, and what its answer means for attempt and job.
@Component
class RenderStep {

    private static final Logger log = LoggerFactory.getLogger(RenderStep.class);

    /// What a step works with.
    ///
    /// @param target the provider, with the key that created the render
    record Following(FollowedRender render, VideoAdapter adapter, Target target) {}

    private final Adapters adapters;
    private final Routes routes;
    private final RenderStore renders;
    private final Settler settler;
    private final LeaseKeeper lease;
    private final RenderSettings settings;
    private final int mostAttempts;
    private final KeyPace pace;
    private final RandomGenerator random;
    private final MeterRegistry meters;
    private final LookupStep lookup;
    private final FetchStep fetch;
    private final RenderBill bill;

    RenderStep(
            Adapters adapters,
            Routes routes,
            RenderStore renders,
            Settler settler,
            LeaseKeeper lease,
            LookupStep lookup,
            FetchStep fetch,
            RenderBill bill,
            MillraceSettings settings,
            Clock clock,
            RandomGenerator random,
            MeterRegistry meters) {
        this.adapters = adapters;
        this.routes = routes;
        this.renders = renders;
        this.settler = settler;
        this.lease = lease;
        this.lookup = lookup;
        this.fetch = fetch;
        this.bill = bill;
        this.settings = settings.render();
        this.mostAttempts = settings.retry().mostAttempts();
        this.pace = new KeyPace(clock);
        this.random = random;
        this.meters = meters;
    }

    /// @param turn to ask, which ends with the poll's answer
    /// @return what is to be done with the render next, and at once
    Optional<FollowedRender> take(FollowedRender render, Turns.Turn turn) {
        var following = following(render);
        if (following.isEmpty()) {
            log.warn(
                    "Provider {} or its key {} is no longer configured; render {}/{} can't be followed",
                    render.provider(),
                    render.keyRef(),
                    render.job(),
                    render.attempt());
            unasked(render);
            return Optional.empty();
        }
        var pause = pace.pause(render.keyRef());
        if (pause.isPresent() && rests(render, pause.get())) {
            return Optional.empty();
        }
        return switch (render.phase()) {
            case LOOKUP -> {
                lookup.take(following.get(), rules(render));
                yield Optional.empty();
            }
            case POLL -> poll(following.get(), turn);
            case FETCH -> {
                fetch.take(following.get());
                yield Optional.empty();
            }
        };
    }

    /// A pause of polls is none of lookups and fetches, and at the end of its time a render is polled all the same.
    private boolean rests(FollowedRender render, Duration pause) {
        return switch (render.phase()) {
            case LOOKUP, FETCH -> false;
            case POLL -> {
                boolean last = !render.now().isBefore(render.deadline());
                if (!last) {
                    renders.postpone(render, inItsTime(render, pause), render.errors(), Seen.NOT_ASKED, 0);
                }
                yield !last;
            }
        };
    }

    /// It may be configured again, until the render's time is over: as with a provider that does not answer.
    private void unasked(FollowedRender render) {
        switch (render.phase()) {
            case LOOKUP -> lookup.unanswered(render, rules(render), Optional.empty());
            case POLL -> {
                if (!overdue(render)) {
                    renders.postpone(render, settings.errorCap(), render.errors() + 1, Seen.NOT_ASKED, 0);
                }
            }
            case FETCH -> fetch.unfetched(render, "the provider or its key is no longer configured");
        }
    }

    /// After a failure of our own: free for the next, after a while.
    void putBack(FollowedRender render) {
        try {
            renders.postpone(render, backoff(render), render.errors() + 1, Seen.NOT_ASKED, 0);
        } catch (DataAccessException away) {
            log.debug("The render is freed when it has been forgotten for a while", away);
        }
    }

    private Optional<Following> following(FollowedRender render) {
        return routes.provider(render.provider())
                .flatMap(provider -> provider.key(render.keyRef())
                        .flatMap(key -> adapters.video(provider.type())
                                .map(adapter -> new Following(
                                        render,
                                        adapter,
                                        provider.target(
                                                render.model(),
                                                key,
                                                render.phase() == FollowedRender.Phase.FETCH
                                                        ? settings.fetchDeadline()
                                                        : settings.pollDeadline(),
                                                rules(render).connect())))));
    }

    private RenderRules rules(FollowedRender render) {
        return routes.find(render.publicModel(), JobKind.VIDEO)
                .map(ModelRoute::render)
                .orElse(RenderRules.DEFAULT);
    }

    private Optional<FollowedRender> poll(Following following, Turns.Turn turn) {
        var render = following.render().polled();
        var operation = render.operationId().orElseThrow();
        if (render.jobEnded()) {
            following.adapter().stop(following.target(), operation);
        }
        var poll = following.adapter().poll(following.target(), operation);
        turn.end();
        meters.counter(
                        "millrace.polls",
                        "provider",
                        render.provider(),
                        "outcome",
                        poll.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT))
                .increment();
        var next = Optional.<FollowedRender>empty();
        switch (poll) {
            case Poll.Completed completed -> {
                renders.startFetch(render, settings.fileLife());
                next = Optional.of(render.fetching(settings.fileLife()));
            }
            case Poll.Failed failed ->
                failed(render, failed, following.adapter().terms(render.model()));
            case Poll.Rendering(var progress, var pollAfter) -> {
                if (!overdue(render)) {
                    var delay = jittered(pollAfter.orElse(settings.pollEvery()));
                    renders.postpone(render, delay, 0, Seen.THERE, progress);
                }
            }
            case Poll.NotFound notFound -> notFound(render);
            case Poll.RateLimited(var retryAfter) -> {
                var pause = retryAfter.orElse(KeyPace.UNSAID);
                boolean news = pace.slow(render.keyRef(), pause);
                if (!overdue(render)) {
                    var wait = inItsTime(render, retryAfter.orElse(settings.pollEvery()));
                    renders.postpone(render, wait, render.errors(), Seen.UNTOLD, 0);
                }
                if (news) {
                    restElsewhere(render.keyRef(), pause);
                }
            }
            case Poll.Unknown(var reason) -> {
                log.debug("A poll says nothing: {}", reason);
                if (!overdue(render)) {
                    renders.postpone(render, backoff(render), render.errors() + 1, Seen.UNTOLD, 0);
                }
            }
        }
        return next;
    }

    /// Until the render's time is over, at most.
    private static Duration inItsTime(FollowedRender render, Duration wait) {
        var left = Duration.between(render.now(), render.deadline());
        return wait.compareTo(left) < 0 ? wait : left;
    }

    /// Other workers would be told by the provider, too.
    private void restElsewhere(String keyRef, Duration pause) {
        try {
            renders.rest(keyRef, pause);
        } catch (DataAccessException away) {
            log.debug("The polls of key {} rest in this worker only", keyRef, away);
        }
    }

    /// An operation that the provider does not know may be its own delay, for a while.
    private void notFound(FollowedRender render) {
        var lost = render.notFoundSince()
                .filter(since -> since.plus(settings.notFoundFor()).isBefore(render.now()));
        if (lost.isPresent()) {
            settler.tell(
                    render.job(),
                    renders.fail(
                            render,
                            RenderAttempts.ended(
                                    render.attempt(),
                                    AttemptStatus.FAILED,
                                    "upstream_job_lost",
                                    "upstream_job_lost",
                                    null),
                            Ending.failed(
                                    render.job(),
                                    render.epoch(),
                                    "upstream_job_lost",
                                    "The provider no longer knows the render.",
                                    Optional.empty()),
                            lease.worker()));
        } else if (!overdue(render)) {
            renders.postpone(render, backoff(render), render.errors() + 1, Seen.MISSING, 0);
        }
    }

    private void failed(FollowedRender render, Poll.Failed failed, Terms terms) {
        var code = failed.code();
        var message = failed.message();
        var ended = RenderAttempts.ended(render.attempt(), AttemptStatus.FAILED, "render_failed", code, message);
        boolean billed = rules(render).failedRendersBilled() && terms.bills(failed.cause());
        var report = billed ? bill.whole(render, ended) : bill.nothing(render, ended);
        // What was refused would be refused again, and to ask for it again is held against the key.
        if (!billed && failed.cause() == Poll.Cause.PASSING && render.attempt() < mostAttempts) {
            var delay = settings.errors().after(render.attempt(), random);
            settler.tell(
                    render.job(),
                    renders.tryAgain(
                            render,
                            report,
                            new Requeue(render.job(), render.epoch(), delay, "render_failed", Optional.empty()),
                            lease.worker()));
            return;
        }
        settler.tell(
                render.job(),
                renders.fail(
                        render,
                        report,
                        Ending.failed(render.job(), render.epoch(), code, message, Optional.empty()),
                        lease.worker()));
    }

    /// Ends a render that has taken too long.
    private boolean overdue(FollowedRender render) {
        if (render.now().isBefore(render.deadline())) {
            return false;
        }
        settler.tell(
                render.job(),
                renders.fail(
                        render,
                        RenderAttempts.ended(
                                render.attempt(), AttemptStatus.ABANDONED, "render_timeout", "render_timeout", null),
                        Ending.expired(
                                render.job(),
                                render.epoch(),
                                "render_timeout",
                                "The provider did not finish the render in time."),
                        lease.worker()));
        return true;
    }

    private Duration backoff(FollowedRender render) {
        return settings.errors().after(render.errors() + 1, random);
    }

    /// A tenth either way, so that renders that began together do not poll together for ever.
    private Duration jittered(Duration wait) {
        return Duration.ofNanos((long) (wait.toNanos() * (0.9 + 0.2 * random.nextDouble())));
    }
}
