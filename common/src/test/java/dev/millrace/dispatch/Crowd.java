package dev.millrace.dispatch;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.JobKind;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Several accepting services and workers at one lane, of whom one after another does a random thing: commits and
/// passes stay open meanwhile, answers are lost, services are killed and what they sent arrives later.
final class Crowd {

    static final int ROOM = 24;

    private static final int SERVICES = 3;
    private static final int MOST_OPEN = 10;
    private static final int PROJECTS = 12;
    private static final DispatchSettings SETTINGS =
            new DispatchSettings(ROOM, 10_000, Duration.ofSeconds(1), 8, 1, 200);

    private final TestJobs jobs;
    private final SteppedTime time;
    private final Random random;
    private final List<UUID> projects;
    private final List<LaneWatch> services = new ArrayList<>();
    private final List<Dispatcher> workers;
    private final List<OnItsWay> onTheirWay = new ArrayList<>();
    private final Map<LaneWatch, CompletableFuture<Boolean>> drawing = new HashMap<>();
    private final Map<String, Integer> done = new HashMap<>();
    private final Deque<String> lastSteps = new ArrayDeque<>();
    private @Nullable CompletableFuture<Integer> pass;
    private CountDownLatch passMayCommit = new CountDownLatch(0);

    Crowd(TestJobs jobs, SteppedTime time, long seed) {
        this.jobs = jobs;
        this.time = time;
        this.random = new Random(seed);
        this.projects = Stream.generate(jobs::project).limit(PROJECTS).toList();
        this.workers = List.of(new Dispatcher(time.database(), SETTINGS), new Dispatcher(time.database(), SETTINGS));
        for (int i = 0; i < SERVICES; i++) {
            services.add(newService());
        }
    }

    private LaneWatch newService() {
        return new LaneWatch(time.database(), SETTINGS, time::nanos);
    }

    void step() {
        int dice = random.nextInt(100);
        if (dice < 30) {
            submit(pick(services));
        } else if (dice < 33) {
            fillBacklog();
        } else if (dice < 43) {
            send();
        } else if (dice < 54) {
            commit();
        } else if (dice < 61) {
            answer();
        } else if (dice < 68) {
            pick(services).look();
            did("look", 1);
        } else if (dice < 79) {
            draw(pick(services));
        } else if (dice < 83) {
            did(
                    "dispatch",
                    pick(workers)
                            .dispatch(JobKind.CHAT, 1 + random.nextInt(ROOM))
                            .size());
        } else if (dice < 86) {
            beginPass();
        } else if (dice < 90) {
            endPass();
        } else if (dice < 93) {
            claim();
        } else if (dice < 99) {
            passTime();
        } else {
            kill();
        }
        long now = dispatched();
        assertThat(now).as("dispatched, after %s", lastSteps).isLessThanOrEqualTo(ROOM);
        if (now == ROOM) {
            did("full", 1);
        }
    }

    long dispatched() {
        return jobs.count("job_dispatch", "lane = 'chat' and take_backs = 0");
    }

    Map<String, Integer> done() {
        return done;
    }

    private void did(String what, int times) {
        if (times > 0) {
            done.merge(what, times, Integer::sum);
        }
        lastSteps.addLast(what + " " + times);
        if (lastSteps.size() > 40) {
            lastSteps.removeFirst();
        }
    }

    /// Some submissions in a row.
    private void submit(LaneWatch service) {
        for (int i = random.nextInt(4); i >= 0; i--) {
            var project = pick(projects);
            var place = service.admit(project, JobKind.CHAT);
            if (place.isPresent()) {
                onTheirWay.add(new OnItsWay(service, OnItsWay.submission(project, place)));
            }
            did(place.isPresent() ? "admit" : "refuse", 1);
        }
    }

    private void fillBacklog() {
        jobs.accept(Submission.chat().in(pick(projects)), 1 + random.nextInt(ROOM));
        did("to the backlog", 1);
    }

    private Optional<OnItsWay> oneThat(Predicate<OnItsWay> is) {
        var such = onTheirWay.stream().filter(is).toList();
        return such.isEmpty() ? Optional.empty() : Optional.of(pick(such));
    }

    private void send() {
        for (int i = random.nextInt(4); i >= 0; i--) {
            if (onTheirWay.stream()
                            .filter(one -> one.sent() && !one.committed())
                            .count()
                    >= MOST_OPEN) {
                return;
            }
            oneThat(one -> !one.sent()).ifPresent(one -> {
                one.send(time.database());
                if (pass == null) {
                    one.awaitInserted();
                }
                did("send", 1);
            });
        }
    }

    private void commit() {
        for (int i = random.nextInt(4); i >= 0; i--) {
            oneThat(one -> one.inserted() && !one.committed()).ifPresent(one -> {
                one.commit();
                boolean late = jobs.place(one.job.id()).equals("backlog");
                did(late ? "commit, to the backlog" : "commit", 1);
            });
        }
    }

    /// The answer arrives; or it is lost, and nobody knows what is still to come.
    private void answer() {
        if (random.nextInt(15) == 0) {
            oneThat(one -> !one.abandoned).ifPresent(one -> {
                one.service.lost(one.job);
                one.abandoned = true;
                did("lose", 1);
            });
            return;
        }
        for (int i = random.nextInt(4); i >= 0; i--) {
            oneThat(OnItsWay::committed).ifPresent(one -> {
                if (!one.abandoned) {
                    one.service.settled(one.job);
                }
                onTheirWay.remove(one);
                did("answer", 1);
            });
        }
    }

    private void draw(LaneWatch service) {
        if (drawing.containsKey(service)) {
            return;
        }
        var draw = aside(() -> {
            service.draw();
            return true;
        });
        // It may wait for the pass.
        if (pass == null) {
            draw.join();
        } else {
            drawing.put(service, draw);
        }
        did("draw", 1);
    }

    private void beginPass() {
        if (pass != null) {
            return;
        }
        var chosen = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        int most = 1 + random.nextInt(ROOM);
        var worker = pick(workers);
        passMayCommit = mayCommit;
        pass = aside(() -> time.database().inTransaction(connection -> {
            int moved = worker.dispatch(JobKind.CHAT, most).size();
            chosen.countDown();
            await(mayCommit);
            return moved;
        }));
        await(chosen);
        did("begin a pass", 1);
    }

    private void endPass() {
        if (pass == null) {
            return;
        }
        passMayCommit.countDown();
        did("end a pass", pass.join());
        pass = null;
        drawing.values().forEach(CompletableFuture::join);
        drawing.clear();
        onTheirWay.stream().filter(OnItsWay::sent).forEach(OnItsWay::awaitInserted);
    }

    private void claim() {
        int claimed = time.database()
                .client()
                .sql("""
                        delete from job_dispatch
                        where job_id in (select job_id from job_dispatch order by job_id limit :most)
                        """)
                .param("most", 1 + random.nextInt(ROOM))
                .update();
        did("claim", claimed);
    }

    private void passTime() {
        int millis = pick(List.of(60, 250, 250, 900, 900, 2_100));
        time.advance(Duration.ofMillis(millis));
        did("pass time", millis);
    }

    private void kill() {
        int which = random.nextInt(services.size());
        var killed = services.get(which);
        if (drawing.containsKey(killed)) {
            return;
        }
        services.set(which, newService());
        did("kill", 1);
    }

    /// Everything on its way arrives, and everything is claimed; then those that live have what there is.
    void settle() {
        endPass();
        for (var one : onTheirWay) {
            if (!one.sent()) {
                one.send(time.database());
                one.awaitInserted();
            }
            if (!one.committed()) {
                one.commit();
            }
            if (!one.abandoned) {
                one.service.settled(one.job);
            }
        }
        onTheirWay.clear();
        time.database().client().sql("truncate job_dispatch, job_backlog").update();
        time.advance(Duration.ofSeconds(5));
        for (int i = 0; i < 5; i++) {
            services.forEach(LaneWatch::look);
            services.forEach(LaneWatch::draw);
            time.advance(Duration.ofMillis(1_100));
        }
    }

    List<LaneWatch> services() {
        return services;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
