package dev.millrace.worker.execution;

import dev.millrace.job.AttemptNotes;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.RequestRoom;
import dev.millrace.lease.TakeBacks;
import dev.millrace.loop.Loop;
import dev.millrace.provider.Adapters;
import dev.millrace.render.RenderStore;
import dev.millrace.routing.ModelKind;
import dev.millrace.routing.RetryBudget;
import dev.millrace.routing.Room;
import dev.millrace.routing.Router;
import dev.millrace.routing.Routes;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.settings.WorkerSettings;
import dev.millrace.worker.Drain;
import dev.millrace.worker.Phases;
import dev.millrace.worker.Strays;
import dev.millrace.worker.lease.LeaseKeeper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/// Runs claimed jobs, each on a virtual thread in a slot of its kind. Each second it puts long calls on record and
/// ends those whose callers have asked for it, and now and then gives back what the database has as its own and it
/// knows nothing of. A clean stop waits for calls, then hands the rest back.
@Component
public class Executor extends Loop {

    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int MOST_IN_HAND = 256;

    private static final Logger log = LoggerFactory.getLogger(Executor.class);

    private final LeaseKeeper lease;
    private final Settler settler;
    private final JobCancels cancels;
    private final TakeBacks takeBacks;
    private final Routes routes;
    private final Clock clock;
    private final Duration drain;
    private final Attempting.Tools tools;
    private final ChatRun chat;
    private final VideoRun video;
    private final Map<JobKind, Slots> slots;
    private final RequestRoom requests;
    private final long mostAnswerBytes;
    private final Map<JobKind, Timer> pickups;
    private final Map<JobId, RunningJob> running = new ConcurrentHashMap<>();
    private final Drain ended = new Drain(running::isEmpty);
    private final Strays<JobId> strays = new Strays<>();
    private final Counter takenBack;
    private final AtomicInteger suspects = new AtomicInteger();
    private final AtomicInteger notBegun = new AtomicInteger();

    Executor(
            LeaseKeeper lease,
            Settler settler,
            JobCancels cancels,
            TakeBacks takeBacks,
            Routes routes,
            Router router,
            Adapters adapters,
            RenderStore renders,
            RequestRoom requests,
            MillraceSettings settings,
            Clock clock,
            RandomGenerator random,
            MeterRegistry meters) {
        super("executor", Phases.EXECUTION);
        this.lease = lease;
        this.settler = settler;
        this.cancels = cancels;
        this.takeBacks = takeBacks;
        this.routes = routes;
        this.clock = clock;
        this.drain = settings.worker().drain();
        this.tools = new Attempting.Tools(
                new Ways(router, shared(settings.worker(), routes), meters),
                new RetryBudget(clock, router),
                settler,
                settings.retry(),
                clock,
                random,
                meters);
        this.chat = new ChatRun(adapters, lease, settings.worker().chatDeadline());
        this.video = new VideoRun(adapters, lease, renders, settler, settings.render());
        this.slots = Map.of(
                JobKind.CHAT, new Slots(settings.worker().chatSlots()),
                JobKind.VIDEO, new Slots(settings.worker().videoSlots()));
        this.requests = requests;
        this.mostAnswerBytes = settings.worker().mostAnswerBytes();
        this.pickups = Map.of(JobKind.CHAT, pickup(meters, JobKind.CHAT), JobKind.VIDEO, pickup(meters, JobKind.VIDEO));
        this.takenBack = meters.counter("millrace.jobs.taken.back");
        slots.forEach((kind, all) ->
                meters.gauge("millrace.slots.taken", List.of(Tag.of("kind", kind.word())), all, Slots::taken));
        Gauge.builder("millrace.request.bytes", requests, RequestRoom::taken)
                .description("Bytes of the large requests of the jobs in hand")
                .register(meters);
        Gauge.builder("millrace.answer.bytes", settler, Settler::answerBytes)
                .description("Bytes of the answers that wait for their commit")
                .register(meters);
    }

    private static Map<JobKind, Room> shared(WorkerSettings settings, Routes routes) {
        return Map.of(
                JobKind.CHAT, new Room(settings.chatSlots(), routes.serving(Set.of(ModelKind.CHAT))),
                JobKind.VIDEO, new Room(settings.videoSlots(), routes.serving(Set.of(ModelKind.VIDEO))));
    }

    private static Timer pickup(MeterRegistry meters, JobKind kind) {
        return Timer.builder("millrace.job.pickup")
                .description("From acceptance to a worker, for jobs that ran at their first chance")
                .tag("kind", kind.word())
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofMinutes(10))
                .register(meters);
    }

    /// Room for jobs of a kind; whoever claims takes a slot for each job before.
    public Slots slots(JobKind kind) {
        return slots.get(kind) instanceof Slots known ? known : new Slots(0);
    }

    /// Takes slots for up to `wanted` jobs that are about to be claimed. None while the machine is busy with what it
    /// has: jobs that have not begun, or outcomes that wait for their commit. More would only take memory.
    public int takeSlots(JobKind kind, int wanted) {
        int inHand = notBegun.get() + settler.waiting();
        boolean busy = inHand >= MOST_IN_HAND || settler.answerBytes() >= mostAnswerBytes;
        return busy ? 0 : slots(kind).take(Math.min(wanted, MOST_IN_HAND - inHand));
    }

    /// Whether a job runs here that was taken back twice: the next such job waits, since one of them may be what
    /// workers die of.
    public boolean suspectRunning() {
        return suspects.get() > 0;
    }

    /// Runs a job in a slot that the caller has taken for it.
    public void run(ClaimedJob job) {
        var mine = new RunningJob(job);
        if (job.attempts() == 0 && job.takeBacks() == 0) {
            var pickup = Duration.between(job.id().createdAt(), clock.instant());
            Objects.requireNonNull(pickups.get(job.kind())).record(pickup.isNegative() ? Duration.ZERO : pickup);
        }
        running.put(job.id(), mine);
        settler.changed(job.id());
        boolean suspect = job.takeBacks() > 1;
        if (suspect) {
            suspects.incrementAndGet();
        }
        notBegun.incrementAndGet();
        var thread = Thread.ofVirtual().name("job-", 0).unstarted(() -> {
            notBegun.decrementAndGet();
            try {
                perform(mine);
            } finally {
                running.remove(job.id(), mine);
                slots(job.kind()).give(1);
                requests.give(job);
                if (suspect) {
                    suspects.decrementAndGet();
                }
                ended.gone();
            }
        });
        mine.runsOn(thread);
        thread.start();
    }

    private void perform(RunningJob mine) {
        var job = mine.job();
        MDC.put("job", job.id().toString());
        MDC.put("project", job.project().toString());
        try {
            var route = routes.find(job.model(), job.kind());
            if (route.isEmpty()) {
                settler.end(Ending.failed(
                        job.id(),
                        job.lease().epoch(),
                        "model_not_found",
                        "The model " + job.model() + " is no longer served here.",
                        Optional.empty()));
                return;
            }
            try (var attempting = new Attempting(tools, job, route.get())) {
                switch (job.kind()) {
                    case CHAT -> chat.run(mine, route.get(), attempting);
                    case VIDEO -> video.run(mine, route.get(), attempting);
                }
            }
        } catch (RuntimeException bug) {
            if (mine.handedBack()) {
                // What it would write with is closed by now, and what it would write is another's to write.
                log.debug("{} was handed back", job.id(), bug);
            } else {
                // The job is no longer known here: it is taken back, and fails or is held if this happens each time.
                log.error("{} could not be run", job.id(), bug);
            }
        } finally {
            MDC.clear();
        }
    }

    @Override
    protected Duration round() {
        if (lease.mayStart()) {
            noteLongCalls();
            for (var job : cancels.requestedOf(lease.worker())) {
                var mine = running.get(job);
                if (mine != null && !mine.cancelled()) {
                    mine.cancel();
                }
            }
            if (strays.due()) {
                takeBackForgotten(lease.worker());
            }
        }
        return EVERY;
    }

    private void takeBackForgotten(UUID worker) {
        var forgotten =
                strays.look(worker, takeBacks.jobsOf(worker), job -> running.containsKey(job) || settler.holds(job));
        if (!forgotten.isEmpty()) {
            log.warn("Taking back {} jobs that this worker has and knows nothing of", forgotten.size());
            takenBack.increment(forgotten.size());
            settler.tell(takeBacks.takeBackForgotten(worker, forgotten));
        }
    }

    private void noteLongCalls() {
        var since = clock.instant().minus(EVERY);
        var notes = new ArrayList<AttemptNotes.Note>();
        for (var mine : running.values()) {
            if (mine.job().kind() == JobKind.CHAT) {
                mine.longCall(since)
                        .ifPresent(call ->
                                notes.add(new AttemptNotes.Note(mine.job().lease(), call)));
            }
        }
        notes.forEach(settler::noteLater);
    }

    /// Intake has stopped; calls get their time, then what is left goes back to the others.
    @Override
    public void stop() {
        long until = System.nanoTime() + drain.toNanos();
        try {
            // What has ended may have an outcome that is not written yet.
            if (ended.await(until)) {
                settler.awaitIdle(until);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        super.stop();
        if (!running.isEmpty()) {
            log.info("Handing {} running jobs back", running.size());
        }
        try {
            settler.tell(takeBacks.handBack(lease.worker()));
        } catch (DataAccessException away) {
            log.warn("The database is away; the running jobs are taken back when the lease has ended", away);
        }
        running.values().forEach(RunningJob::handBack);
    }
}
