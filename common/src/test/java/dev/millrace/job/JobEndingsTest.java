package dev.millrace.job;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JobEndingsTest {

    private static final String HOOK = "https://example.org/hook";

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    private final JobQueries queries = new JobQueries(test.database());

    @AfterAll
    static void end() {
        test.close();
    }

    @Test
    void an_end_writes_state_attempt_event_and_delivery_together() {
        var worker = jobs.worker();
        var claimed = jobs.running(worker, Submission.chat().telling(HOOK));
        var answer = "{\"choices\":[]}".getBytes(StandardCharsets.UTF_8);
        var attempt = new AttemptReport(
                        1,
                        AttemptStatus.SUCCEEDED,
                        "p",
                        "pm",
                        "k1",
                        Instant.ofEpochMilli(1_700_000_000_123L),
                        "succeeded",
                        null,
                        null,
                        200,
                        "req_1",
                        5L,
                        7L,
                        3L)
                .dropping(List.of("seed", "logprobs"));

        var ended = jobs.end(Ending.succeeded(claimed.id(), 1, "{\"total_tokens\":12}", answer, Optional.of(attempt)))
                .getFirst();

        assertThat(ended.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(ended.sequence()).isEqualTo(3);
        var job = queries.find(jobs.mine(), claimed.id()).orElseThrow();
        assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(job.sequence()).isEqualTo(3);
        assertThat(job.attempts()).isEqualTo(1);
        assertThat(job.progress()).isEqualTo(100);
        assertThat(job.usage()).contains("{\"total_tokens\":12}");
        assertThat(job.error()).isEmpty();
        assertThat(job.startedAt()).contains(claimed.startedAt());
        assertThat(job.finishedAt()).isPresent();
        assertThat(queries.result(jobs.mine(), claimed.id())).contains(answer);
        assertThat(jobs.events(claimed.id())).containsExactly("running", "succeeded");
        assertThat(new JobHistory(test.database())
                        .attempts(jobs.mine(), claimed.id())
                        .getFirst())
                .usingRecursiveComparison()
                .ignoringFields("finishedAt")
                .isEqualTo(new Attempt(
                        1,
                        "succeeded",
                        Optional.of("p"),
                        Optional.of("pm"),
                        Instant.ofEpochMilli(1_700_000_000_123L),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("succeeded"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(200),
                        Optional.of("req_1"),
                        Optional.empty(),
                        Optional.of(5L),
                        Optional.of(7L),
                        Optional.of(3L),
                        Optional.empty(),
                        Optional.empty(),
                        List.of("seed", "logprobs")));
        assertThat(deliveries(claimed.id())).isEqualTo(1);
    }

    @Test
    void the_body_of_a_delivery_is_json_with_the_ids_type_and_time_of_the_end() {
        var claimed = jobs.running(jobs.worker(), Submission.chat().telling(HOOK));

        var delivery = jobs.succeed(claimed).getFirst().delivery().orElseThrow();

        var finishedAt = queries.find(jobs.mine(), claimed.id())
                .orElseThrow()
                .finishedAt()
                .orElseThrow();
        assertThat(new String(delivery.body(), StandardCharsets.UTF_8))
                .isEqualTo("{\"id\":\"evt_%s_3\",\"object\":\"event\",\"created_at\":%d,"
                                .formatted(claimed.id().hex(), finishedAt.getEpochSecond())
                        + "\"type\":\"job.succeeded\",\"data\":{\"id\":\"%s\"}}".formatted(claimed.id()));
        assertThat(JsonMapper.shared().readTree(delivery.body()).propertyNames())
                .containsExactly("id", "object", "created_at", "type", "data");
        assertThat(delivery.url()).isEqualTo(HOOK);
        assertThat(delivery.project()).isEqualTo(jobs.mine());
        assertThat(jobs.count(
                        "delivery", "id = '%s' and body = '%s'::bytea".formatted(delivery.id(), hex(delivery.body()))))
                .isEqualTo(1);
    }

    @Test
    void each_kind_of_end_has_its_event_and_its_delivery() {
        var worker = jobs.worker();
        var failed = jobs.running(worker, Submission.chat().telling(HOOK)).id();
        var expired = jobs.running(worker, Submission.video().telling(HOOK)).id();
        var cancelled = jobs.running(worker, Submission.chat().telling(HOOK)).id();

        var ended = jobs.end(
                Ending.failed(failed, 1, "no_good", "It was no good.", Optional.empty()),
                Ending.expired(expired, 1, "render_timeout", "Too long."),
                Ending.cancelled(cancelled, 1, Optional.empty()));

        assertThat(ended)
                .extracting(Ended::status)
                .containsExactlyInAnyOrder(JobStatus.FAILED, JobStatus.EXPIRED, JobStatus.CANCELLED);
        assertThat(queries.find(jobs.mine(), failed).orElseThrow().error())
                .contains(new Job.JobError("no_good", "It was no good."));
        assertThat(jobs.events(expired)).endsWith("expired");
        assertThat(ended)
                .allSatisfy(one -> assertThat(
                                new String(one.delivery().orElseThrow().body(), StandardCharsets.UTF_8))
                        .contains("\"type\":\"job." + one.status().word() + "\""));
    }

    @Test
    void a_job_without_a_webhook_has_no_delivery() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        assertThat(jobs.succeed(claimed).getFirst().delivery()).isEmpty();
        assertThat(deliveries(claimed.id())).isZero();
    }

    @Test
    void a_delivery_is_at_once_claimed_by_its_sender_or_left_to_any() {
        var worker = jobs.worker();
        var mine = jobs.running(worker, Submission.chat().telling(HOOK));
        var anybodys = jobs.running(worker, Submission.chat().telling(HOOK));

        JobEndings.end(test.database(), List.of(Ending.succeeded(mine.id(), 1, null, null, Optional.empty())), worker);
        jobs.succeed(anybodys);

        var due = "delivery_due t join delivery d on d.id = t.delivery_id";
        assertThat(jobs.count(
                        due,
                        "job_id = '%s' and claimed_by = '%s'"
                                .formatted(mine.id().value(), worker)))
                .isEqualTo(1);
        assertThat(jobs.count(
                        due,
                        "job_id = '%s' and claimed_by is null"
                                .formatted(anybodys.id().value())))
                .isEqualTo(1);
    }

    @Test
    void a_settle_that_is_repeated_changes_nothing() {
        var claimed = jobs.running(jobs.worker(), Submission.chat().telling(HOOK));
        jobs.succeed(claimed);
        var before = queries.find(jobs.mine(), claimed.id());

        assertThat(jobs.succeed(claimed)).isEmpty();
        assertThat(jobs.end(Ending.failed(claimed.id(), 1, "late", "Late.", Optional.of(failed(1)))))
                .isEmpty();

        assertThat(queries.find(jobs.mine(), claimed.id())).isEqualTo(before);
        assertThat(jobs.attempts(claimed.id())).isEmpty();
        assertThat(deliveries(claimed.id())).isEqualTo(1);
    }

    @Test
    void a_settle_under_an_old_epoch_changes_nothing() {
        var stale = jobs.running(jobs.worker(), Submission.chat());
        jobs.requeue(stale, java.time.Duration.ZERO, "retry");
        var current = jobs.claimAgain(jobs.worker(), stale.id());

        assertThat(jobs.end(Ending.failed(stale.id(), stale.lease().epoch(), "late", "Late.", Optional.of(failed(1)))))
                .isEmpty();
        assertThat(jobs.place(stale.id())).isEqualTo("run");
        assertThat(jobs.attempts(stale.id())).isEmpty();
        assertThat(jobs.succeed(current)).hasSize(1);
    }

    @Test
    void of_two_settles_of_one_job_in_one_batch_only_the_present_holders_counts() {
        var stale = jobs.running(jobs.worker(), Submission.chat());
        jobs.requeue(stale, java.time.Duration.ZERO, "retry");
        var current = jobs.claimAgain(jobs.worker(), stale.id());
        var neighbour = jobs.running(jobs.worker(), Submission.chat());

        var ended = jobs.end(
                Ending.failed(stale.id(), stale.lease().epoch(), "late", "Late.", Optional.of(failed(1))),
                Ending.succeeded(neighbour.id(), 1, null, null, Optional.empty()),
                Ending.succeeded(current.id(), current.lease().epoch(), null, null, Optional.of(succeeded(1))),
                Ending.cancelled(current.id(), current.lease().epoch(), Optional.of(failed(1))));

        assertThat(ended).extracting(Ended::job).containsExactlyInAnyOrder(current.id(), neighbour.id());
        assertThat(jobs.place(current.id())).isEqualTo("succeeded");
        assertThat(jobs.attempts(current.id())).containsExactly("1 succeeded succeeded");
    }

    @Test
    void a_cancel_that_was_committed_first_wins_over_the_settle() {
        var claimed = jobs.running(jobs.worker(), Submission.chat().telling(HOOK));
        new JobCancels(test.database()).cancel(jobs.mine(), claimed.id());

        var ended = jobs.end(Ending.succeeded(claimed.id(), 1, "{}", new byte[] {1}, Optional.of(succeeded(1))))
                .getFirst();

        assertThat(ended.status()).isEqualTo(JobStatus.CANCELLED);
        var job = queries.find(jobs.mine(), claimed.id()).orElseThrow();
        assertThat(job.status()).isEqualTo(JobStatus.CANCELLED);
        assertThat(job.error().orElseThrow().code()).isEqualTo("cancelled");
        assertThat(job.usage()).isEmpty();
        assertThat(queries.result(jobs.mine(), claimed.id())).isEmpty();
        assertThat(jobs.events(claimed.id())).containsExactly("running", "cancelled");
        // What the attempt came to stays on record.
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 succeeded succeeded");
    }

    @Test
    void a_settle_that_is_committed_first_wins_over_the_cancel() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        var settled = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var settle = aside(() -> test.database().inTransaction(connection -> {
            var ended = jobs.succeed(claimed);
            settled.countDown();
            await(mayCommit);
            return ended;
        }));
        await(settled);
        var cancel = aside(() -> new JobCancels(test.database()).cancel(jobs.mine(), claimed.id()));
        jobs.awaitBlocked();
        mayCommit.countDown();

        assertThat(settle.join()).hasSize(1);
        assertThat(cancel.join()).isEqualTo(new JobCancels.Cancel.TooLate());
        assertThat(jobs.place(claimed.id())).isEqualTo("succeeded");
    }

    @Test
    void a_cancel_that_is_committed_while_the_settle_waits_for_it_wins() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        var marked = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var cancel = aside(() -> test.database().inTransaction(connection -> {
            var answer = new JobCancels(test.database()).cancel(jobs.mine(), claimed.id());
            marked.countDown();
            await(mayCommit);
            return answer;
        }));
        await(marked);
        var settle = aside(() -> jobs.succeed(claimed));
        jobs.awaitBlocked();
        mayCommit.countDown();

        assertThat(cancel.join()).isInstanceOf(JobCancels.Cancel.Marked.class);
        assertThat(settle.join().getFirst().status()).isEqualTo(JobStatus.CANCELLED);
    }

    @Test
    void an_attempt_that_was_on_record_is_completed_and_keeps_what_was_known() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        jobs.note(claimed.lease(), TestJobs.started(1));

        jobs.end(Ending.failed(claimed.id(), 1, "no", "No.", Optional.of(failed(1))));

        assertThat(jobs.attempts(claimed.id())).containsExactly("1 failed refused");
        assertThat(jobs.row(claimed.id()).attempts()).isEqualTo(1);
    }

    @Test
    void what_a_provider_wrote_is_stored_whatever_characters_it_has() {
        var claimed = jobs.running(jobs.worker(), Submission.chat());
        var odd = "a\0b\ud800c\u2028";
        var attempt = new AttemptReport(
                1,
                AttemptStatus.FAILED,
                "p",
                "pm",
                "k1",
                Instant.now(),
                "refused",
                odd,
                odd,
                400,
                odd,
                null,
                null,
                null);

        var ended = jobs.end(Ending.failed(claimed.id(), 1, odd, odd, Optional.of(attempt)));

        assertThat(ended).hasSize(1);
        assertThat(queries.find(jobs.mine(), claimed.id())
                        .orElseThrow()
                        .error()
                        .orElseThrow()
                        .message())
                .startsWith("a\ufffdb")
                .endsWith("c\u2028");
        assertThat(jobs.attempts(claimed.id())).containsExactly("1 failed refused");
    }

    @Test
    void many_jobs_end_in_one_statement() {
        var worker = jobs.worker();
        var claimed = jobs.claims()
                .claim(worker, jobs.accept(Submission.chat().published().telling(HOOK), 200));

        var ended = jobs.end(IntStream.range(0, 200)
                .mapToObj(i -> Ending.succeeded(
                        claimed.get(i).id(), 1, null, new byte[] {(byte) i}, Optional.of(succeeded(1))))
                .toArray(Ending[]::new));

        assertThat(ended)
                .hasSize(200)
                .allSatisfy(one -> assertThat(one.delivery()).isPresent());
        assertThat(queries.result(jobs.mine(), claimed.get(77).id())).contains(new byte[] {77});
    }

    private static AttemptReport succeeded(int number) {
        return TestJobs.ended(number, AttemptStatus.SUCCEEDED, "succeeded");
    }

    private static AttemptReport failed(int number) {
        return TestJobs.ended(number, AttemptStatus.FAILED, "refused");
    }

    private static long deliveries(JobId job) {
        return jobs.count("delivery", "job_id = '%s'".formatted(job.value()));
    }

    private static String hex(byte[] bytes) {
        return "\\x" + java.util.HexFormat.of().formatHex(bytes);
    }
}
