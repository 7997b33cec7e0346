package dev.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.Lease;
import dev.millrace.job.Requeue;
import dev.millrace.job.TestJobs;
import dev.millrace.render.FollowedRender;
import dev.millrace.render.Holds;
import dev.millrace.render.Holds.Held;
import dev.millrace.render.Operation;
import dev.millrace.render.RenderAttempts;
import dev.millrace.render.RenderStore;
import dev.millrace.render.Seen;
import dev.millrace.render.StoredFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What the machine does with renders: creates that are answered or not, steps of followers, answers of operators.
final class Renders {

    private static final Duration LIFE = Duration.ofHours(2);
    private static final StoredFile FILE = new StoredFile("ab/video.mp4", "video/mp4", 1_000, new byte[32]);

    /// A create that was sent under a lease.
    private record Intent(Lease lease, int number) {
        String operation() {
            return "op_" + lease.job().hex() + "_" + number;
        }
    }

    private final Machine machine;
    private final RenderStore store;
    private final Holds holds;
    private final List<Intent> intents = new ArrayList<>();
    private final List<FollowedRender> followed = new ArrayList<>();
    private final List<Held> helds = new ArrayList<>();

    Renders(Machine machine) {
        this.machine = machine;
        this.store = new RenderStore(machine.test.database());
        this.holds = new Holds(machine.test.database());
    }

    void intended(Lease lease, int number) {
        intents.add(new Intent(lease, number));
    }

    /// The answer to a create arrives or is lost, in time or when the job has long gone on. An answer may come twice.
    void create() {
        // Whoever noted an attempt as failed, or was told that the job is to end, has sent no create that matters.
        var open = intents.stream()
                .filter(intent -> {
                    var attempt = machine.model.job(intent.lease().job()).record.get(intent.number());
                    var job = machine.model.job(intent.lease().job());
                    return attempt != null
                            && (!job.heldBy(
                                            intent.lease().worker(),
                                            intent.lease().epoch())
                                    || attempt.status.equals("started"));
                })
                .toList();
        if (open.isEmpty()) {
            return;
        }
        var intent = machine.random.nextInt(3) == 0 ? machine.pick(open) : open.getLast();
        var lease = intent.lease();
        if (machine.random.nextBoolean()) {
            machine.model.renders.answered(lease, intent.number(), intent.operation());
            machine.did("answered", intent);
            store.accepted(
                    lease,
                    TestJobs.ended(intent.number(), AttemptStatus.ACCEPTED, "accepted"),
                    new Operation("p", "pm", "k1", intent.operation()),
                    Duration.ZERO,
                    LIFE,
                    UUID.randomUUID());
        } else {
            machine.model.renders.unanswered(lease, intent.number());
            machine.did("unanswered", intent);
            store.indeterminate(
                    lease,
                    TestJobs.ended(intent.number(), AttemptStatus.INDETERMINATE, "timeout"),
                    "p",
                    "pm",
                    "k1",
                    Duration.ZERO,
                    Duration.ofSeconds(90));
        }
        if (machine.random.nextInt(4) > 0) {
            intents.remove(intent);
        }
    }

    void followDue() {
        var worker = machine.worker();
        boolean known = machine.model.alive.contains(worker)
                || machine.test
                        .database()
                        .client()
                        .sql("select exists (select 1 from worker where id = :id)")
                        .param("id", worker)
                        .query(Boolean.class)
                        .single();
        long free = machine.model.jobs.values().stream()
                .flatMap(job -> job.renders.values().stream())
                .filter(render -> render.claimedBy == null)
                .count();
        var due = store.claimDue(worker, 1_000);
        machine.did("follow due", due.size());
        assertThat(due).hasSize(known ? (int) free : 0);
        var ordered = Comparator.comparing(FollowedRender::job).thenComparing(FollowedRender::attempt);
        for (var render : due.stream().sorted(ordered).toList()) {
            machine.model.renders.follow(render, worker);
            assertThat(machine.model.renders.follows(render)).isTrue();
            followed.add(render);
        }
    }

    /// One step of a render that a follower remembers.
    void follow() {
        if (followed.isEmpty()) {
            return;
        }
        var render = machine.random.nextInt(3) == 0 ? machine.pick(followed) : followed.getLast();
        var job = machine.model.job(render.job());
        var present = job.renders.get(render.attempt());
        var phase = present != null && machine.model.renders.follows(render)
                ? present.phase
                : render.phase().name().toLowerCase(java.util.Locale.ROOT);
        if (phase.equals("lookup")) {
            lookUp(render);
        } else {
            poll(render);
        }
        boolean goesOn = phase.equals("poll")
                && present != null
                && present.phase.equals("fetch")
                && machine.model.renders.follows(render);
        if (!goesOn) {
            followed.remove(render);
        }
    }

    private void lookUp(FollowedRender render) {
        var worker = UUID.randomUUID();
        var model = machine.model.renders;
        switch (machine.random.nextInt(6)) {
            case 0 -> postpone(render);
            case 1 -> {
                boolean adopts = model.adopt(render, own(render.job(), render.attempt()));
                machine.did(adopts ? "adopt" : "adopt, refused", id(render));
                assertThat(store.adopt(render, own(render.job(), render.attempt()), Duration.ZERO, LIFE, worker)
                                .adopted())
                        .isEqualTo(adopts);
            }
            case 2 -> {
                var others = model.operations().isEmpty()
                        ? own(render.job(), render.attempt())
                        : machine.pick(model.operations());
                boolean adopts = model.adopt(render, others);
                machine.did(adopts ? "adopt" : "adopt, refused", id(render) + " " + others);
                assertThat(store.adopt(render, others, Duration.ZERO, LIFE, worker)
                                .adopted())
                        .isEqualTo(adopts);
            }
            case 3, 4 -> {
                model.hold(render);
                machine.did("hold", id(render));
                store.hold(render, "provider_cannot_tell", worker);
                helds.addAll(holds.list(Optional.empty(), 100));
            }
            default -> tryAgain(render, "not_made", false);
        }
    }

    private static String own(JobId job, int attempt) {
        return "op_" + job.hex() + "_" + attempt;
    }

    private void poll(FollowedRender render) {
        var worker = UUID.randomUUID();
        var id = render.job();
        switch (machine.random.nextInt(7)) {
            case 0, 1 -> postpone(render);
            case 2 -> {
                machine.model.renders.startFetch(render);
                machine.did("start fetch", id(render));
                store.startFetch(render, Duration.ofMinutes(10));
            }
            case 3, 4 -> {
                var ending = Ending.succeeded(id, render.epoch(), null, null, Optional.empty());
                machine.model.renders.finish(render, "succeeded", ending, true);
                machine.did("complete", id(render));
                store.complete(render, ended(render, AttemptStatus.SUCCEEDED), FILE, ending, worker);
            }
            case 5 -> {
                var ending = machine.random.nextBoolean()
                        ? Ending.failed(id, render.epoch(), "render_failed", "No.", Optional.empty())
                        : Ending.expired(id, render.epoch(), "render_timeout", "Too long.");
                machine.model.renders.finish(render, "failed", ending, false);
                machine.did("fail", id(render));
                store.fail(render, ended(render, AttemptStatus.FAILED), ending, worker);
            }
            default -> tryAgain(render, "render_failed", true);
        }
    }

    private void postpone(FollowedRender render) {
        machine.model.renders.postpone(render);
        machine.did("postpone", id(render));
        store.postpone(render, Duration.ZERO, 0, Seen.THERE, 0);
    }

    private void tryAgain(FollowedRender render, String reason, boolean counts) {
        machine.model.renders.tryAgain(render, "failed", counts);
        machine.did("try again " + reason, id(render));
        store.tryAgain(
                render,
                ended(render, AttemptStatus.FAILED),
                new Requeue(render.job(), render.epoch(), Duration.ZERO, reason, Optional.empty()),
                UUID.randomUUID());
    }

    private static dev.millrace.job.AttemptReport ended(FollowedRender render, AttemptStatus status) {
        return RenderAttempts.ended(render.attempt(), status, status.word(), null, null);
    }

    /// An operator answers what was held once, and may be still.
    void resolve() {
        if (machine.random.nextInt(3) == 0) {
            helds.addAll(holds.list(Optional.empty(), 100));
        }
        if (helds.isEmpty()) {
            return;
        }
        var held = helds.remove(machine.random.nextInt(helds.size()));
        var model = machine.model.renders;
        var operation = machine.random.nextInt(3) > 0 || model.operations().isEmpty()
                ? own(held.job(), held.attempt())
                : machine.pick(model.operations());
        int answer = machine.random.nextInt(held.provider().isEmpty() ? 2 : 3);
        var expected = switch (answer) {
            case 0 -> model.notMade(held);
            case 1 -> model.giveUp(held);
            default -> model.made(held, operation);
        };
        machine.did(
                "resolve "
                        + (expected.equals("Resolved")
                                ? List.of("not made", "give up", "made").get(answer)
                                : expected),
                held.job());
        var resolution = switch (answer) {
            case 0 -> holds.notMade(held);
            case 1 -> holds.giveUp(held);
            default -> holds.made(held, operation, LIFE);
        };
        assertThat(resolution.getClass().getSimpleName()).isEqualTo(expected);
    }

    private static String id(FollowedRender render) {
        return render.job() + "/" + render.attempt() + " no " + render.claimNo();
    }
}
