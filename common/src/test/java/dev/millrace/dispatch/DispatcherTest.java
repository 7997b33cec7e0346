package dev.millrace.dispatch;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DispatcherTest {

    private static final int ALL = 100_000;

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    @AfterAll
    static void end() {
        test.close();
    }

    @BeforeEach
    void alone() {
        jobs.forgetUnfinished();
    }

    @Test
    void what_is_dispatched_leaves_the_backlog_and_can_be_claimed() {
        var job = jobs.accept(Submission.chat());

        assertThat(dispatcher(10).dispatch(JobKind.CHAT, ALL)).containsExactly(new Dispatched(job, JobKind.CHAT));

        assertThat(jobs.row(job).place()).isEqualTo("dispatch");
        assertThat(jobs.row(job).sequence()).isEqualTo(1);
        assertThat(jobs.claims().claim(jobs.worker(), List.of(job))).hasSize(1);
        assertThat(dispatcher(10).dispatch(JobKind.CHAT, ALL)).isEmpty();
    }

    @Test
    void never_more_than_the_lane_s_room_is_dispatched_and_unclaimed() {
        jobs.accept(Submission.chat(), 30);
        jobs.accept(Submission.chat().published(), 4);
        var dispatcher = dispatcher(10);

        assertThat(dispatcher.dispatch(JobKind.CHAT, ALL)).hasSize(6);
        assertThat(dispatcher.dispatch(JobKind.CHAT, ALL)).isEmpty();

        // What is claimed makes room, and the other lane has its own.
        jobs.claims().claimLeftover(jobs.worker(), JobKind.CHAT, Duration.ZERO, 3);
        assertThat(dispatcher.dispatch(JobKind.CHAT, ALL)).hasSize(3);
        jobs.accept(Submission.video(), 30);
        assertThat(dispatcher.dispatch(JobKind.VIDEO, ALL)).hasSize(10);
    }

    @Test
    void jobs_that_were_taken_back_take_none_of_the_room() {
        jobs.accept(Submission.chat(), 5);
        jobs.accept(Submission.chat().published(), 20);
        test.database().client().sql("update job_dispatch set take_backs = 1").update();

        assertThat(dispatcher(10).dispatch(JobKind.CHAT, ALL)).hasSize(5);
    }

    @Test
    void jobs_that_wait_for_memory_take_none_of_the_room_and_only_their_project_s_others_wait_behind_them() {
        var large = jobs.project();
        jobs.accept(Submission.chat().in(large).published(), 64);
        test.database()
                .client()
                .sql("update job_dispatch set passed_over = true")
                .update();
        jobs.accept(Submission.chat().in(large), 5);
        var small = jobs.accept(Submission.chat(), 5);

        assertThat(dispatched(dispatcher(10), 5)).containsExactlyInAnyOrderElementsOf(small);

        jobs.claims().claimLeftover(jobs.worker(), JobKind.CHAT, Duration.ZERO, 1);
        assertThat(ofProject(dispatched(dispatcher(10), 5), large)).isEqualTo(5);
    }

    @Test
    void a_neighbour_s_long_queue_does_not_delay_another_project_s_job() {
        jobs.accept(Submission.chat(), 2_000);
        var dispatcher = dispatcher(100);
        dispatcher.dispatch(JobKind.CHAT, ALL);
        jobs.claims().claimLeftover(jobs.worker(), JobKind.CHAT, Duration.ZERO, 100);

        var one = jobs.accept(Submission.chat().in(jobs.project()));

        assertThat(dispatched(dispatcher, 1)).containsExactly(one);
    }

    @Test
    void projects_take_turns_counting_what_they_have_running() {
        var a = jobs.project();
        var b = jobs.project();
        var c = jobs.project();
        jobs.accept(Submission.chat().in(a), 20);
        jobs.accept(Submission.chat().in(b), 20);
        jobs.accept(Submission.chat().in(c), 2);
        // B has three in hand already.
        jobs.claims().claim(jobs.worker(), jobs.accept(Submission.chat().in(b).published(), 3));

        var chosen = dispatched(dispatcher(100), 9);

        assertThat(ofProject(chosen, a)).isEqualTo(5);
        assertThat(ofProject(chosen, b)).isEqualTo(2);
        assertThat(ofProject(chosen, c)).isEqualTo(2);
    }

    @Test
    void within_a_project_priority_comes_first_and_waiting_makes_up_for_it() {
        var old = jobs.accept(Submission.chat());
        var older = jobs.accept(Submission.chat());
        waited(old, Duration.ofSeconds(90));
        waited(older, Duration.ofMinutes(4));
        var plain = jobs.accept(Submission.chat());
        var important = jobs.accept(Submission.chat().withPriority(3));
        var somewhat = jobs.accept(Submission.chat().withPriority(1));

        var order = new ArrayList<JobId>();
        for (int i = 0; i < 5; i++) {
            order.addAll(dispatched(dispatcher(100), 1));
        }

        assertThat(order).containsExactly(older, important, old, somewhat, plain);
    }

    @Test
    void a_job_whose_time_has_not_come_waits_whatever_its_priority() {
        var later = jobs.running(jobs.worker(), Submission.chat().withPriority(3));
        jobs.requeue(later, Duration.ofMinutes(2), "retry");
        var due = jobs.accept(Submission.chat());

        assertThat(dispatched(dispatcher(100), ALL)).containsExactly(due);

        test.database().client().sql("update job_backlog set run_at = now()").update();
        assertThat(dispatched(dispatcher(100), ALL)).containsExactly(later.id());
    }

    @Test
    void a_project_has_no_more_in_hand_than_its_own_limit() {
        var limited = jobs.project();
        jobs.limit(limited, 3);
        jobs.accept(Submission.chat().in(limited), 10);
        jobs.accept(Submission.chat(), 10);

        var first = dispatched(dispatcher(100), ALL);
        assertThat(ofProject(first, limited)).isEqualTo(3);
        assertThat(first).hasSize(13);
        var claimed = jobs.claims().claim(jobs.worker(), first);
        assertThat(dispatched(dispatcher(100), ALL)).as("running counts").isEmpty();

        claimed.stream().filter(one -> one.project().equals(limited)).limit(2).forEach(jobs::succeed);
        assertThat(dispatched(dispatcher(100), ALL)).hasSize(2);
        // The other lane is counted for itself.
        jobs.accept(Submission.video().in(limited), 5);
        assertThat(dispatcher(100).dispatch(JobKind.VIDEO, ALL)).hasSize(3);
    }

    @Test
    void a_project_without_a_limit_of_its_own_has_the_default() {
        jobs.accept(Submission.chat(), 10);
        var dispatcher =
                new Dispatcher(test.database(), new DispatchSettings(100, 4, Duration.ofSeconds(1), 8, 1, 200));
        assertThat(dispatcher.dispatch(JobKind.CHAT, ALL)).hasSize(4);
        assertThat(dispatcher.dispatch(JobKind.CHAT, ALL)).isEmpty();
    }

    @Test
    void a_held_job_takes_none_of_its_project_s_places() {
        var limited = jobs.project();
        jobs.limit(limited, 1);
        var held = jobs.running(jobs.worker(), Submission.video().in(limited));
        jobs.accept(Submission.video().in(limited));
        assertThat(dispatcher(100).dispatch(JobKind.VIDEO, ALL)).isEmpty();
        test.database().client().sql("""
                        update job_run set owner = null, hold_reason = 'why', hold_since = now(), hold_attempt = 1
                        where job_id = :id
                        """).param("id", held.id().value()).update();
        assertThat(dispatcher(100).dispatch(JobKind.VIDEO, ALL)).hasSize(1);
    }

    @Test
    void a_pass_moves_no_more_than_it_is_told_to() {
        jobs.accept(Submission.chat(), 20);
        assertThat(dispatched(dispatcher(100), 5)).hasSize(5);
        assertThat(dispatched(dispatcher(100), 0)).isEmpty();
        assertThat(dispatched(dispatcher(100), 10)).hasSize(10);
    }

    @Test
    void a_pass_fills_the_room_from_one_long_queue_when_the_others_are_short() {
        for (int i = 0; i < 10; i++) {
            jobs.accept(Submission.chat().in(jobs.project()));
        }
        var limited = jobs.project();
        jobs.limit(limited, 2);
        jobs.accept(Submission.chat().in(limited), 50);
        jobs.accept(Submission.chat(), 200);

        var chosen = dispatched(dispatcher(100), ALL);

        assertThat(chosen).hasSize(100);
        assertThat(ofProject(chosen, limited)).isEqualTo(2);
        assertThat(ofProject(chosen, jobs.mine())).isEqualTo(88);
    }

    @Test
    void several_passes_serve_all_projects_alike() {
        var projects = Stream.generate(jobs::project).limit(7).toList();
        projects.forEach(project -> jobs.accept(Submission.chat().in(project), 40));
        var chosen = new ArrayList<JobId>();
        var worker = jobs.worker();
        for (int i = 0; i < 10; i++) {
            var pass = dispatched(dispatcher(140), 14);
            chosen.addAll(pass);
            assertThat(jobs.claims().claim(worker, pass)).hasSize(14);
        }
        assertThat(projects)
                .allSatisfy(project -> assertThat(ofProject(chosen, project)).isEqualTo(20));
    }

    @Test
    void one_dispatcher_at_a_time_chooses_for_a_lane_and_the_others_leave_it() {
        jobs.accept(Submission.chat(), 20);
        jobs.accept(Submission.video(), 20);
        var chosen = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var first = aside(() -> test.database().inTransaction(connection -> {
            var mine = dispatcher(10).dispatch(JobKind.CHAT, ALL);
            chosen.countDown();
            await(mayCommit);
            return mine;
        }));
        await(chosen);

        assertThat(dispatcher(10).dispatch(JobKind.CHAT, ALL)).isEmpty();
        assertThat(dispatcher(10).dispatch(JobKind.VIDEO, ALL)).hasSize(10);

        mayCommit.countDown();
        assertThat(first.join()).hasSize(10);
        assertThat(jobs.count("job_dispatch", "lane = 'chat'")).isEqualTo(10);
    }

    @Test
    void a_job_that_is_cancelled_while_it_is_chosen_is_not_dispatched() {
        var cancelled = jobs.accept(Submission.chat());
        var other = jobs.accept(Submission.chat());
        var marked = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var cancel = aside(() -> test.database().inTransaction(connection -> {
            var answer = new JobCancels(test.database()).cancel(jobs.mine(), cancelled);
            marked.countDown();
            await(mayCommit);
            return answer;
        }));
        await(marked);
        var pass = aside(() -> dispatched(dispatcher(10), ALL));
        jobs.awaitBlocked();
        mayCommit.countDown();

        cancel.join();
        assertThat(pass.join()).containsExactly(other);
        assertThat(jobs.place(cancelled)).isEqualTo("cancelled");
    }

    private static Dispatcher dispatcher(int room) {
        return new Dispatcher(test.database(), new DispatchSettings(room, 10_000, Duration.ofSeconds(1), 8, 1, 200));
    }

    private static List<JobId> dispatched(Dispatcher dispatcher, int most) {
        return dispatcher.dispatch(JobKind.CHAT, most).stream()
                .map(Dispatched::job)
                .toList();
    }

    private static long ofProject(List<JobId> chosen, UUID project) {
        return test.database()
                .client()
                .sql("select count(*) from job where project_id = :project and id = any (:ids)")
                .param("project", project)
                .param("ids", chosen.stream().map(JobId::value).toArray(UUID[]::new))
                .query(Long.class)
                .single();
    }

    /// As if a job had been accepted so long ago.
    private static void waited(JobId job, Duration ago) {
        test.database()
                .client()
                .sql("""
                        update job_backlog
                        set turn = turn - :ago * interval '1 ms', run_at = run_at - :ago * interval '1 ms'
                        where job_id = :id
                        """)
                .param("ago", ago.toMillis())
                .param("id", job.value())
                .update();
    }
}
