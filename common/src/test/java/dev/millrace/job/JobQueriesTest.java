package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.render.TestRenders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JobQueriesTest {

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);
    private static final TestRenders renders = new TestRenders(test, jobs);

    private final JobQueries queries = new JobQueries(test.database());

    /// A job as the test knows it, to be found or not by a filter.
    private record Known(JobId id, JobKind kind, JobStatus status, Map<String, String> metadata) {}

    @AfterAll
    static void end() {
        test.close();
    }

    @Test
    void a_job_is_found_by_its_own_project_only() {
        var job = jobs.accept(Submission.chat());
        assertThat(queries.find(jobs.mine(), job)).isPresent();
        assertThat(queries.find(jobs.project(), job)).isEmpty();
        assertThat(queries.find(jobs.mine(), JobId.next())).isEmpty();
    }

    @Test
    void a_result_is_there_once_the_job_has_succeeded_with_one_and_for_its_project_only() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        assertThat(queries.result(jobs.mine(), claimed.id())).isEmpty();
        jobs.end(Ending.succeeded(claimed.id(), 1, null, new byte[] {1, 2}, Optional.empty()));
        assertThat(queries.result(jobs.mine(), claimed.id())).contains(new byte[] {1, 2});
        assertThat(queries.result(jobs.project(), claimed.id())).isEmpty();
    }

    @Test
    void a_retried_job_reads_queued_with_its_next_time() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        jobs.requeue(claimed, Duration.ofMinutes(1), "retry");
        var job = queries.find(jobs.mine(), claimed.id()).orElseThrow();
        assertThat(job.status()).isEqualTo(JobStatus.QUEUED);
        assertThat(job.runAt().orElseThrow()).isAfter(job.createdAt().plusSeconds(50));
        jobs.publish(claimed.id());
        assertThat(queries.find(jobs.mine(), claimed.id()).orElseThrow().status())
                .isEqualTo(JobStatus.QUEUED);
    }

    @Test
    void the_sequences_of_many_jobs_are_told_wherever_they_are() {
        var waiting = jobs.accept(Submission.chat());
        var dispatched = jobs.accept(Submission.chat().published());
        var running = jobs.running(jobs.worker(), Submission.chat());
        var ended = jobs.running(jobs.worker(), Submission.chat());
        jobs.succeed(ended);
        assertThat(queries.sequences(List.of(waiting, dispatched, running.id(), ended.id(), JobId.next())))
                .isEqualTo(Map.of(waiting, 1, dispatched, 1, running.id(), 2, ended.id(), 3));
    }

    @Test
    void every_combination_of_filters_shows_just_what_it_names_newest_first() {
        var project = jobs.project();
        var known = known(project);
        var metadata = List.of(
                Map.<String, String>of(),
                Map.of("team", "a"),
                Map.of("team", "nobody"),
                Map.of("team", "a", "env", "prod"),
                Map.of("env", "prod", "run", "3"),
                Map.of("team", "b", "env", "test", "run", "1"));
        int found = 0;
        for (var kind : optional(JobKind.values())) {
            for (var status : optional(JobStatus.values())) {
                for (var pairs : metadata) {
                    var filter = new JobFilter(kind, status, pairs, Optional.empty(), 100);
                    Predicate<Known> named = job -> kind.map(job.kind()::equals).orElse(true)
                            && status.map(job.status()::equals).orElse(true)
                            && job.metadata().entrySet().containsAll(pairs.entrySet());
                    var expected = known.stream()
                            .filter(named)
                            .map(Known::id)
                            .sorted(Comparator.reverseOrder())
                            .toList();
                    var page = queries.list(project, filter);
                    assertThat(page.jobs()).as("%s", filter).extracting(Job::id).isEqualTo(expected);
                    assertThat(page.hasMore()).as("%s", filter).isFalse();
                    assertThat(pages(project, kind, status, pairs, 2))
                            .as("in pages of two: %s", filter)
                            .isEqualTo(expected);
                    found += expected.size();
                }
            }
        }
        assertThat(found).as("the filters found something").isGreaterThan(200);
        assertThat(queries.list(jobs.project(), all(100)).jobs())
                .as("another project")
                .isEmpty();
    }

    @Test
    void a_page_says_whether_more_follow() {
        var project = jobs.project();
        var three = jobs.accept(Submission.chat().in(project), 3);
        assertThat(queries.list(project, all(2)).hasMore()).isTrue();
        assertThat(queries.list(project, all(2)).jobs())
                .extracting(Job::id)
                .containsExactly(three.get(2), three.get(1));
        assertThat(queries.list(project, all(3)).hasMore()).isFalse();
        assertThat(queries.list(
                                project,
                                new JobFilter(
                                        Optional.empty(), Optional.empty(), Map.of(), Optional.of(three.getFirst()), 2))
                        .jobs())
                .isEmpty();
    }

    @Test
    void pages_have_no_gap_and_no_repeat_while_jobs_come_and_move() {
        var project = jobs.project();
        var submission = Submission.chat().in(project);
        var there = new ArrayList<JobId>(jobs.accept(submission, 60));
        var random = new Random(11);
        var worker = jobs.worker();
        var seen = new ArrayList<JobId>();
        Optional<JobId> after = Optional.empty();
        JobQueries.Page page;
        do {
            page = queries.list(project, new JobFilter(Optional.empty(), Optional.empty(), Map.of(), after, 7));
            page.jobs().forEach(job -> seen.add(job.id()));
            after = page.jobs().isEmpty()
                    ? after
                    : Optional.of(page.jobs().getLast().id());
            jobs.accept(submission, 3);
            for (int i = 0; i < 10; i++) {
                move(there.get(random.nextInt(there.size())), worker);
            }
        } while (page.hasMore());

        there.sort(Comparator.reverseOrder());
        assertThat(seen).isEqualTo(there);
    }

    private static void move(JobId job, UUID worker) {
        switch (jobs.place(job)) {
            case "backlog" -> jobs.publish(job);
            case "dispatch" -> jobs.claims().claim(worker, List.of(job));
            case "run" -> jobs.end(Ending.cancelled(job, jobs.row(job).epoch(), Optional.empty()));
            default -> assertThat(jobs.place(job)).isEqualTo("cancelled");
        }
    }

    private List<JobId> pages(
            UUID project, Optional<JobKind> kind, Optional<JobStatus> status, Map<String, String> pairs, int size) {
        var seen = new ArrayList<JobId>();
        Optional<JobId> after = Optional.empty();
        while (true) {
            var page = queries.list(project, new JobFilter(kind, status, pairs, after, size));
            page.jobs().forEach(job -> seen.add(job.id()));
            if (!page.hasMore()) {
                assertThat(new HashSet<>(seen)).hasSameSizeAs(seen);
                return seen;
            }
            after = Optional.of(page.jobs().getLast().id());
        }
    }

    /// Jobs of each kind in each status, with metadata that overlaps.
    private static List<Known> known(UUID project) {
        var worker = jobs.worker();
        var known = new ArrayList<Known>();
        int number = 0;
        for (int round = 0; round < 4; round++) {
            for (var kind : JobKind.values()) {
                for (var status : JobStatus.values()) {
                    var metadata = new TreeMap<String, String>();
                    metadata.put("team", number % 3 == 0 ? "a" : "b");
                    if (number % 2 == 0) {
                        metadata.put("env", number % 4 == 0 ? "prod" : "test");
                    }
                    metadata.put("run", Integer.toString(round));
                    var submission = Submission.of(kind).in(project);
                    for (var pair : metadata.entrySet()) {
                        submission = submission.with(pair.getKey(), pair.getValue());
                    }
                    known.add(new Known(bring(worker, submission, status, number), kind, status, metadata));
                    number++;
                }
            }
        }
        return known;
    }

    private static JobId bring(UUID worker, Submission submission, JobStatus status, int number) {
        if (status == JobStatus.QUEUED) {
            return jobs.accept(number % 2 == 0 ? submission : submission.published());
        }
        var claimed = jobs.running(worker, submission);
        var id = claimed.id();
        switch (status) {
            case QUEUED, RUNNING -> {
                if (submission.kind() == JobKind.VIDEO && number % 2 == 0) {
                    renders.intend(claimed, 1);
                    renders.answered(claimed.lease(), 1, "op_" + number);
                }
            }
            case SUCCEEDED -> jobs.succeed(claimed);
            case FAILED -> jobs.end(Ending.failed(id, 1, "no", "No.", Optional.empty()));
            case CANCELLED -> jobs.end(Ending.cancelled(id, 1, Optional.empty()));
            case EXPIRED -> jobs.end(Ending.expired(id, 1, "render_timeout", "Too long."));
        }
        return id;
    }

    private static <T> List<Optional<T>> optional(T[] values) {
        return Stream.concat(Stream.of(Optional.<T>empty()), Stream.of(values).map(Optional::of))
                .toList();
    }

    private static JobFilter all(int limit) {
        return new JobFilter(Optional.empty(), Optional.empty(), Map.of(), Optional.empty(), limit);
    }
}
