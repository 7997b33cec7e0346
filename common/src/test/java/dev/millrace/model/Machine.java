package dev.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.dispatch.DispatchSettings;
import dev.millrace.dispatch.Dispatcher;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.Lease;
import dev.millrace.job.Requeue;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.lease.LeaseSettings;
import dev.millrace.lease.TakeBacks;
import dev.millrace.lease.Workers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;

/// Does one random thing after another to the database and to the model, and compares what they answer and what
/// becomes of all jobs. What a worker remembers, it may still act on when it is long no longer its own.
final class Machine {

    private static final int ROOM = 6;
    private static final int MOST_UNFINISHED = 18;

    final Model model = new Model();
    final TestDatabase test;
    final TestJobs jobs;
    final Random random;
    private final Renders renders;
    private final Dispatcher dispatcher;
    private final TakeBacks takeBacks;
    private final Workers workers;
    private final Tables tables;
    private final List<ClaimedJob> claims = new ArrayList<>();
    private final List<UUID> allWorkers = new ArrayList<>();
    private final Deque<String> lastSteps = new ArrayDeque<>();
    private final Map<String, Integer> done = new HashMap<>();

    Machine(TestDatabase test, long seed) {
        this.test = test;
        this.jobs = new TestJobs(test);
        this.random = new Random(seed);
        this.dispatcher =
                new Dispatcher(test.database(), new DispatchSettings(ROOM, 10_000, Duration.ofSeconds(1), 8, 1, 200));
        this.takeBacks = new TakeBacks(
                test.database(), new LeaseSettings(TestJobs.LEASE, Duration.ofSeconds(1), 3), Duration.ofSeconds(90));
        this.workers = new Workers(test.database(), TestJobs.LEASE);
        this.tables = new Tables(test.database(), jobs.mine());
        this.renders = new Renders(this);
    }

    void step() {
        int dice = random.nextInt(100);
        if (dice < 8) {
            accept();
        } else if (dice < 14) {
            dispatch();
        } else if (dice < 30) {
            claim();
        } else if (dice < 41) {
            note();
        } else if (dice < 45) {
            end();
        } else if (dice < 48) {
            requeue();
        } else if (dice < 51) {
            cancel();
        } else if (dice < 62) {
            renders.create();
        } else if (dice < 69) {
            renders.followDue();
        } else if (dice < 86) {
            renders.follow();
        } else if (dice < 92) {
            renders.resolve();
        } else {
            workers();
        }
        compare();
    }

    private void compare() {
        var expected = model.jobs.values().stream().collect(Collectors.toMap(job -> job.id, ModelJob::toString));
        assertThat(tables.read()).as("after %s", String.join("\n", lastSteps)).isEqualTo(expected);
    }

    void did(String what, Object detail) {
        done.merge(what, 1, Integer::sum);
        lastSteps.addLast(what + " " + detail);
        if (lastSteps.size() > 25) {
            lastSteps.removeFirst();
        }
    }

    /// How often each thing was done.
    Map<String, Integer> done() {
        return done;
    }

    private void accept() {
        if (model.all(job -> !job.ended()).size() >= MOST_UNFINISHED) {
            return;
        }
        boolean told = random.nextBoolean();
        boolean direct = random.nextBoolean();
        // What can become of a video is more.
        var submission = random.nextInt(4) > 0 ? Submission.video() : Submission.chat();
        submission = told ? submission.telling("https://example.org/hook") : submission;
        var id = jobs.accept(direct ? submission.published() : submission);
        model.jobs.put(id, new ModelJob(id, submission.kind(), told, direct ? "dispatch" : "backlog"));
        did("accept", id);
    }

    private void dispatch() {
        var kind = pick(List.of(JobKind.values()));
        int most = random.nextInt(ROOM);
        // A job that was taken back waits for no token, and takes no room from those that do.
        int dispatched = model.all(job -> job.kind == kind && job.place.equals("dispatch") && job.takeBacks == 0)
                .size();
        var eligible = model.all(job -> job.kind == kind && job.place.equals("backlog") && job.due);

        var chosen = dispatcher.dispatch(kind, most);

        did("dispatch", chosen);
        assertThat(chosen).hasSize(Math.min(Math.min(most, Math.max(0, ROOM - dispatched)), eligible.size()));
        for (var one : chosen) {
            assertThat(eligible).contains(model.job(one.job()));
            model.job(one.job()).place = "dispatch";
        }
    }

    private void claim() {
        var worker = worker();
        boolean live = model.alive.contains(worker);
        var kind = pick(List.of(JobKind.values()));
        var free = model.all(job -> job.place.equals("dispatch") && job.takeBacks == 0);
        var mine = free.stream().filter(job -> job.kind == kind).toList();
        List<ClaimedJob> claimed;
        switch (random.nextInt(4)) {
            case 0 -> {
                var tokens = new ArrayList<JobId>();
                for (int i = 0; i < 6 && !model.jobs.isEmpty(); i++) {
                    tokens.add(pick(List.copyOf(model.jobs.keySet())));
                }
                claimed = jobs.claims().claim(worker, tokens);
                var named = new HashSet<>(tokens);
                assertThat(claimed)
                        .hasSize(
                                live
                                        ? (int) free.stream()
                                                .filter(job -> named.contains(job.id))
                                                .count()
                                        : 0);
                did("claim named", claimed);
            }
            case 1 -> {
                int room = 1 + random.nextInt(3);
                claimed = jobs.claims().claimLeftover(worker, kind, Duration.ZERO, room);
                assertThat(claimed).hasSize(live ? Math.min(room, mine.size()) : 0);
                did("claim leftover", claimed);
            }
            default -> {
                var suspects = model.all(job -> job.kind == kind && job.place.equals("dispatch") && job.takeBacks > 0);
                claimed = jobs.claims().claimTakenBack(worker, kind, 3);
                assertThat(claimed).hasSize(live ? Math.min(1, suspects.size()) : 0);
                claimed.forEach(one -> assertThat(one.takeBacks())
                        .isEqualTo(suspects.stream()
                                .map(job -> job.takeBacks)
                                .min(Comparator.naturalOrder())
                                .orElseThrow()));
                did("claim taken back", claimed.size() + " " + claimed);
            }
        }
        // In the order of their acceptance, so that a seed plays the same each time.
        for (var one :
                claimed.stream().sorted(Comparator.comparing(ClaimedJob::id)).toList()) {
            assertThat(model.job(one.id()).place).isEqualTo("dispatch");
            model.claimed(one);
            claims.add(one);
            assertThat(one.lease().epoch()).isEqualTo(model.job(one.id()).epoch);
            assertThat(one.attempts()).isEqualTo(model.job(one.id()).attempts);
        }
    }

    /// A lease that a worker remembers: most often one that is still good. One whose job was parked under the same
    /// epoch has been handed over, and its worker has nothing left to do.
    Optional<Lease> lease() {
        var usable = claims.stream()
                .map(ClaimedJob::lease)
                .filter(lease -> {
                    var job = model.job(lease.job());
                    return !job.running(lease.epoch()) || lease.worker().equals(job.owner);
                })
                .toList();
        var good = usable.stream()
                .filter(lease -> model.job(lease.job()).running(lease.epoch()))
                .toList();
        var from = random.nextInt(8) > 0 && !good.isEmpty() ? good : usable;
        return from.isEmpty() ? Optional.empty() : Optional.of(pick(from));
    }

    private void note() {
        lease().ifPresent(lease -> {
            var job = model.job(lease.job());
            boolean begun = job.unanswered();
            if (begun && job.kind == JobKind.VIDEO && job.running(lease.epoch())) {
                return;
            }
            var attempt = begun
                    ? TestJobs.ended(job.attempts, AttemptStatus.FAILED, "timeout")
                    : TestJobs.started(job.attempts + 1);
            boolean may = model.note(lease, attempt);
            did("note", lease + " " + attempt.number() + " " + attempt.status());
            assertThat(jobs.note(lease, attempt)).isEqualTo(may);
            if (may && !begun && job.kind == JobKind.VIDEO) {
                renders.intended(lease, attempt.number());
            }
        });
    }

    private Optional<AttemptReport> attempt(ModelJob job, AttemptStatus status) {
        return random.nextInt(3) == 0 && !job.unanswered()
                ? Optional.empty()
                : Optional.of(
                        TestJobs.ended(job.unanswered() ? job.attempts : job.attempts + 1, status, status.word()));
    }

    private void end() {
        lease().ifPresent(lease -> {
            var job = model.job(lease.job());
            var ending = switch (random.nextInt(3)) {
                case 0 ->
                    Ending.succeeded(
                            job.id, lease.epoch(), "{}", new byte[] {1}, attempt(job, AttemptStatus.SUCCEEDED));
                case 1 -> Ending.failed(job.id, lease.epoch(), "no", "No.", attempt(job, AttemptStatus.FAILED));
                default -> Ending.cancelled(job.id, lease.epoch(), attempt(job, AttemptStatus.FAILED));
            };
            boolean ends = model.end(ending);
            did(ends ? "end" : "end, stale", ending);
            var ended = jobs.end(ending);
            assertThat(ended).hasSize(ends ? 1 : 0);
            ended.forEach(one -> {
                assertThat(one.status().word()).isEqualTo(job.place);
                assertThat(one.sequence()).isEqualTo(job.sequence);
                assertThat(one.delivery().isPresent()).isEqualTo(job.told);
            });
        });
    }

    private void requeue() {
        lease().ifPresent(lease -> {
            var job = model.job(lease.job());
            boolean soon = random.nextInt(4) > 0;
            var attempt = attempt(job, AttemptStatus.FAILED);
            var requeue =
                    new Requeue(job.id, lease.epoch(), soon ? Duration.ZERO : Duration.ofHours(1), "retry", attempt);
            boolean put = model.requeue(job.id, lease.epoch(), soon, true, attempt);
            did(put ? "requeue" : "requeue, stale", requeue);
            assertThat(dev.millrace.job.JobRequeues.requeue(test.database(), List.of(requeue)))
                    .hasSize(put ? 1 : 0);
        });
    }

    private void cancel() {
        if (model.jobs.isEmpty()) {
            return;
        }
        var unfinished = model.all(job -> !job.ended());
        var job = unfinished.isEmpty() || random.nextInt(6) == 0
                ? pick(List.copyOf(model.jobs.values()))
                : pick(unfinished);
        var answer = model.cancel(job.id);
        did("cancel " + answer, job.id);
        assertThat(new JobCancels(test.database())
                        .cancel(jobs.mine(), job.id)
                        .getClass()
                        .getSimpleName())
                .isEqualTo(answer);
    }

    /// A worker, most often one that lives.
    UUID worker() {
        if (model.alive.size() < 2) {
            var worker = jobs.worker();
            allWorkers.add(worker);
            model.alive.add(worker);
        }
        return random.nextInt(12) == 0 ? pick(allWorkers) : pick(List.copyOf(model.alive));
    }

    private void workers() {
        // Most often somebody whose job has been lost before, so that some are lost for the third time.
        var suspects = model.all(job -> job.owner != null && job.takeBacks > 0 && model.alive.contains(job.owner));
        var worker = suspects.isEmpty() || random.nextInt(4) == 0
                ? worker()
                : java.util.Objects.requireNonNull(suspects.getFirst().owner);
        int dice = random.nextInt(8);
        if (dice < 4) {
            if (model.alive.remove(worker)) {
                jobs.silence(worker);
                model.silent.add(worker);
                did("silence", worker);
            }
        } else if (dice == 4) {
            if (model.alive.remove(worker)) {
                model.handBack(worker);
                takeBacks.handBack(worker);
                workers.leave(worker);
                model.lost.add(worker);
                did("leave", worker);
            }
        }
        if (dice > 2) {
            takeBack();
        }
        renew();
    }

    private void renew() {
        // The steps take real time, in which nobody is to fall silent.
        model.alive.forEach(worker -> assertThat(workers.renew(worker)).isTrue());
        boolean ofTheSilent = !model.silent.isEmpty() && random.nextInt(8) == 0;
        var worker = pick(ofTheSilent ? List.copyOf(model.silent) : allWorkers);
        boolean silent = model.silent.contains(worker);
        boolean good = model.renew(worker);
        did(!good ? "renew, lost" : silent ? "come back" : "renew", worker);
        assertThat(workers.renew(worker)).isEqualTo(good);
    }

    private void takeBack() {
        model.takeBack();
        var round = takeBacks.takeBack(jobs.judge());
        did(round.nothing() ? "take back nothing" : "take back", round);
        if (!round.lookedUp().isEmpty()) {
            did("take back for lookup", "");
        }
        if (!round.held().isEmpty()) {
            did("take back and hold", "");
        }
        // Who has left is forgotten with that; a lost one stays for a while.
        assertThat(jobs.count("worker", "heartbeat_at = '-infinity'")).isZero();
    }

    <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
