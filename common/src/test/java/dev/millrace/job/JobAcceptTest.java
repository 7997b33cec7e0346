package dev.millrace.job;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.batch.Combiner;
import dev.millrace.database.Database;
import dev.millrace.database.FaultySource;
import dev.millrace.database.FaultySource.Fate;
import dev.millrace.database.TestDatabase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JobAcceptTest {

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    private final JobAccept accept = new JobAccept(test.database());

    @AfterAll
    static void end() {
        test.close();
    }

    @Test
    void an_accepted_job_waits_in_the_backlog_with_all_that_it_came_with() {
        var job = Submission.video()
                .withModel("sora-2")
                .with("team", "a")
                .with("kind", "b")
                .telling("https://example.org/hook")
                .job(jobs.mine());
        var answer = accept.write(List.of(job)).getFirst();

        var found = new JobQueries(test.database()).find(jobs.mine(), job.id()).orElseThrow();
        assertThat(answer).isEqualTo(new Acceptance.Accepted(found.createdAt()));
        assertThat(found.status()).isEqualTo(JobStatus.QUEUED);
        assertThat(found.kind()).isEqualTo(JobKind.VIDEO);
        assertThat(found.model()).isEqualTo("sora-2");
        assertThat(found.metadata()).isEqualTo(Map.of("team", "a", "kind", "b"));
        assertThat(found.sequence()).isEqualTo(1);
        assertThat(found.runAt()).contains(found.createdAt());
        assertThat(jobs.place(job.id())).isEqualTo("backlog");
        assertThat(jobs.count("job", "webhook_url = 'https://example.org/hook' and id = '%s'".formatted(id(job))))
                .isEqualTo(1);
        assertThat(jobs.count("job_metadata", "job_id = '%s'".formatted(id(job))))
                .isEqualTo(2);
    }

    @Test
    void a_direct_job_is_dispatched_by_its_own_commit() {
        assertThat(jobs.place(jobs.accept(Submission.chat().published()))).isEqualTo("dispatch");
    }

    @Test
    void the_largest_metadata_fits_into_its_index() {
        var submission = Submission.chat();
        for (int i = 0; i < 16; i++) {
            var key = "%02d".formatted(i) + "\ud83c\udfa5".repeat(62);
            submission = submission.with(key, incompressible(512));
        }
        var job = jobs.accept(submission);
        assertThat(jobs.count("job_metadata", "job_id = '%s'".formatted(job.value())))
                .isEqualTo(16);
    }

    private static String incompressible(int characters) {
        var text = new StringBuilder();
        new Random(7).ints(characters, 0x1f300, 0x1f5ff).forEach(text::appendCodePoint);
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"model", "metadata"})
    void a_row_that_the_database_refuses_fails_alone_and_its_neighbours_commit(String place) {
        var bad = place.equals("model")
                ? Submission.chat().withModel("a\0b")
                : Submission.chat().with("note", "a\0b");
        var before = Submission.chat().job(jobs.mine());
        var refused = bad.withKey("refused-" + place, "x").job(jobs.mine());
        var after = Submission.chat().withKey("kept-" + place, "x").job(jobs.mine());

        var answers = inOneBatch(List.of(before, refused, after));

        assertThat(answers.get(0).join()).isInstanceOf(Acceptance.Accepted.class);
        assertThat(answers.get(2).join()).isInstanceOf(Acceptance.Accepted.class);
        assertThatThrownBy(answers.get(1)::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(DataAccessException.class);
        assertThat(List.of(jobs.place(before.id()), jobs.place(after.id()))).containsOnly("backlog");
        assertThat(jobs.count("job", "id = '%s'".formatted(id(refused)))).isZero();
        // What was refused leaves its key free.
        var again = Submission.chat().withKey("refused-" + place, "x").job(jobs.mine());
        assertThat(accept.write(List.of(again)).getFirst()).isInstanceOf(Acceptance.Accepted.class);
    }

    /// Lets the writer take one job and meet the others together.
    private List<CompletableFuture<Acceptance>> inOneBatch(List<NewJob> batch) {
        var taken = new CountDownLatch(1);
        var submitted = new CountDownLatch(1);
        var sizes = Collections.synchronizedList(new ArrayList<Integer>());
        var staged = new Combiner.Batch<NewJob, Acceptance>() {
            @Override
            public List<Acceptance> write(List<NewJob> items) {
                taken.countDown();
                await(submitted);
                sizes.add(items.size());
                return accept.write(items);
            }

            @Override
            public boolean splits(RuntimeException failure) {
                return accept.splits(failure);
            }
        };
        try (var combiner = new Combiner<>("accept", 1, 128, 1_000, staged)) {
            combiner.submit(Submission.chat().job(jobs.mine()));
            await(taken);
            var answers = batch.stream().map(combiner::submit).toList();
            submitted.countDown();
            answers.getLast().handle((answer, failure) -> true).join();
            assertThat(sizes).contains(batch.size());
            return answers;
        }
    }

    @Test
    void the_second_of_two_equal_keys_in_one_batch_is_the_first_ones_job() {
        var first = Submission.chat().withKey("twice", "same").job(jobs.mine());
        var second = Submission.chat().withKey("twice", "same").job(jobs.mine());
        var other = Submission.chat().withKey("twice", "other").job(jobs.mine());

        var answers = accept.write(List.of(first, second, other));

        assertThat(answers.getFirst()).isInstanceOf(Acceptance.Accepted.class);
        assertThat(answers.get(1)).isEqualTo(new Acceptance.Replayed(first.id()));
        assertThat(answers.get(2)).isEqualTo(new Acceptance.Conflicting());
        assertThat(jobs.count("job", "id in ('%s', '%s')".formatted(id(second), id(other))))
                .isZero();
    }

    @Test
    void the_same_key_is_a_replay_with_the_same_envelope_and_a_conflict_with_another() {
        var first = Submission.chat().withKey("later", "same").job(jobs.mine());
        accept.write(List.of(first));

        assertThat(accept.write(List.of(
                        Submission.chat().withKey("later", "same").job(jobs.mine()),
                        Submission.chat().withKey("later", "other").job(jobs.mine()))))
                .containsExactly(new Acceptance.Replayed(first.id()), new Acceptance.Conflicting());
    }

    @Test
    void a_key_belongs_to_its_project() {
        var theirs = jobs.project();
        var answers = accept.write(List.of(
                Submission.chat().withKey("shared", "a").job(jobs.mine()),
                Submission.chat().withKey("shared", "b").job(theirs)));
        assertThat(answers).hasOnlyElementsOfType(Acceptance.Accepted.class);
    }

    @Test
    void a_key_is_free_again_after_24_hours() {
        var old = Submission.chat().withKey("aged", "a").job(jobs.mine());
        var recent = Submission.chat().withKey("recent", "a").job(jobs.mine());
        accept.write(List.of(old, recent));
        age("aged", "24 hours 1 second");
        age("recent", "23 hours 59 minutes");

        var taken = Submission.chat().withKey("aged", "b").job(jobs.mine());
        assertThat(accept.write(
                        List.of(taken, Submission.chat().withKey("recent", "b").job(jobs.mine()))))
                .satisfiesExactly(
                        answer -> assertThat(answer).isInstanceOf(Acceptance.Accepted.class),
                        answer -> assertThat(answer).isEqualTo(new Acceptance.Conflicting()));
        assertThat(accept.write(List.of(Submission.chat().withKey("aged", "b").job(jobs.mine()))))
                .containsExactly(new Acceptance.Replayed(taken.id()));
    }

    @Test
    void a_key_that_is_swept_while_it_is_compared_is_free_and_nobody_else_in_the_batch_suffers() {
        accept.write(List.of(Submission.chat().withKey("swept", "a").job(jobs.mine())));
        var source = new FaultySource(test.source())
                .then(Fate.ANSWERED)
                .then(
                        Fate.ANSWERED,
                        () -> test.database()
                                .client()
                                .sql("delete from idempotency_key where key = 'swept'")
                                .update());

        var neighbour = Submission.chat().job(jobs.mine());
        var again = Submission.chat().withKey("swept", "b").job(jobs.mine());
        assertThat(new JobAccept(new Database(source)).write(List.of(neighbour, again)))
                .hasOnlyElementsOfType(Acceptance.Accepted.class);
        assertThat(jobs.place(again.id())).isEqualTo("backlog");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void of_a_concurrent_pair_the_second_waits_for_the_first_ones_commit(boolean commits) {
        var key = commits ? "pair" : "pair-without-first";
        var first = Submission.chat().withKey(key, "same").job(jobs.mine());
        var second = Submission.chat().withKey(key, "same").job(jobs.mine());
        var written = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var one = aside(() -> test.database().inTransaction(connection -> {
            var answer = accept.write(List.of(first));
            written.countDown();
            await(mayEnd);
            if (!commits) {
                connection.rollback();
            }
            return answer;
        }));
        await(written);
        var two = aside(() -> accept.write(List.of(second)).getFirst());
        jobs.awaitBlocked();
        mayEnd.countDown();

        one.join();
        if (commits) {
            assertThat(two.join()).isEqualTo(new Acceptance.Replayed(first.id()));
        } else {
            assertThat(two.join()).isInstanceOf(Acceptance.Accepted.class);
        }
        assertThat(jobs.count("job", "id in ('%s', '%s')".formatted(id(first), id(second))))
                .isEqualTo(1);
    }

    @Test
    void two_services_that_are_sent_the_same_keys_make_one_job_of_each() {
        int keys = 300;
        try (var one = new Combiner<>("one", 2, 50, 10_000, new JobAccept(test.database()));
                var two = new Combiner<>("two", 2, 50, 10_000, new JobAccept(test.database()))) {
            var answers = new ArrayList<CompletableFuture<Acceptance>>();
            for (var service : List.of(one, two)) {
                var batch = new ArrayList<NewJob>();
                for (int i = 0; i < keys; i++) {
                    batch.add(Submission.chat().withKey("both-" + i, "same").job(jobs.mine()));
                }
                Collections.shuffle(batch, new Random(service == one ? 1 : 2));
                batch.forEach(job -> answers.add(service.submit(job)));
            }
            var results = answers.stream().map(CompletableFuture::join).toList();
            assertThat(results.stream().filter(Acceptance.Accepted.class::isInstance))
                    .hasSize(keys);
            assertThat(results.stream().filter(Acceptance.Replayed.class::isInstance))
                    .hasSize(keys);
        }
        assertThat(jobs.count(
                        "idempotency_key k join job_backlog b using (job_id)",
                        "key like 'both-%' and k.project_id = '" + jobs.mine() + "'"))
                .isEqualTo(keys);
    }

    @Test
    void a_commit_whose_answer_was_lost_is_asked_about_and_found() {
        var source = new FaultySource(test.source()).then(Fate.ANSWER_LOST).then(Fate.NOT_SENT);
        var batch = List.of(
                Submission.chat().withKey("lost", "a").job(jobs.mine()),
                Submission.chat().withKey("lost", "a").job(jobs.mine()),
                Submission.chat().job(jobs.mine()));

        var answers = new JobAccept(new Database(source)).write(batch);

        assertThat(answers.get(0)).isInstanceOf(Acceptance.Accepted.class);
        assertThat(answers.get(1))
                .isEqualTo(new Acceptance.Replayed(batch.get(0).id()));
        assertThat(answers.get(2)).isInstanceOf(Acceptance.Accepted.class);
    }

    @Test
    void a_commit_that_did_not_happen_is_an_exception_and_leaves_nothing() {
        var source = new FaultySource(test.source()).then(Fate.NOT_SENT);
        var job = Submission.chat().withKey("cut", "a").job(jobs.mine());

        assertThatThrownBy(() -> new JobAccept(new Database(source)).write(List.of(job)))
                .isInstanceOf(DataAccessResourceFailureException.class);
        assertThat(jobs.count("job", "id = '%s'".formatted(id(job)))).isZero();
        assertThat(jobs.count("idempotency_key", "key = 'cut'")).isZero();
    }

    @Test
    void a_database_that_stays_away_is_asked_for_no_longer_than_a_caller_waits() {
        var source = new FaultySource(test.source());
        for (int i = 0; i < 1_000; i++) {
            source.then(Fate.NOT_SENT);
        }
        long began = System.nanoTime();
        assertThatThrownBy(() -> new JobAccept(new Database(source))
                        .write(List.of(Submission.chat().job(jobs.mine()))))
                .isInstanceOf(DataAccessResourceFailureException.class);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)).isBetween(1_000L, 1_800L);
    }

    private static UUID id(NewJob job) {
        return job.id().value();
    }

    private static void age(String key, String by) {
        test.database()
                .client()
                .sql("update idempotency_key set created_at = now() - :by::interval where key = :key")
                .param("by", by)
                .param("key", key)
                .update();
    }
}
