package dev.millrace.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobKind;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Whose job is dispatched with its acceptance. How many are, is told in [DrawingTest].
@DisplayNameGeneration(ReplaceUnderscores.class)
class LaneWatchTest {

    private static final TestDatabase test = TestDatabase.create();
    private static final SteppedTime time = new SteppedTime(test);
    private static final TestJobs jobs = new TestJobs(test);

    @AfterAll
    static void end() {
        time.close();
        test.close();
    }

    @BeforeEach
    void alone() {
        jobs.forgetUnfinished();
    }

    @Test
    void a_project_without_a_backlog_is_admitted_while_the_lane_has_room() {
        var watch = watch(3, 100);
        jobs.accept(Submission.chat().published());
        look(watch);

        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).isTrue();
        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).isTrue();
        assertThat(admits(watch, jobs.mine(), JobKind.CHAT))
                .as("the room is taken")
                .isFalse();
        assertThat(admits(watch, jobs.mine(), JobKind.VIDEO))
                .as("the other lane")
                .isTrue();
    }

    @Test
    void a_project_with_a_backlog_waits_behind_it_and_its_neighbour_does_not() {
        var watch = watch(100, 100);
        jobs.accept(Submission.chat());
        look(watch);

        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).isFalse();
        assertThat(admits(watch, jobs.mine(), JobKind.VIDEO)).isTrue();
        assertThat(admits(watch, jobs.project(), JobKind.CHAT)).isTrue();
    }

    @Test
    void once_a_project_was_refused_its_next_jobs_wait_behind_that_one_until_a_new_look() {
        var watch = watch(2, 100);
        watch.look();
        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).as("no place yet").isFalse();
        watch.draw();
        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).isFalse();
        assertThat(admits(watch, jobs.project(), JobKind.VIDEO)).isTrue();

        look(watch);

        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).isTrue();
    }

    @Test
    void many_projects_with_a_backlog_are_all_seen() {
        var projects = Stream.generate(jobs::project).limit(20).toList();
        projects.forEach(project -> jobs.accept(Submission.chat().in(project), 3));
        var watch = watch(100, 100);
        look(watch);
        assertThat(projects).noneMatch(project -> admits(watch, project, JobKind.CHAT));
        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).isTrue();
        assertThat(projects).allMatch(project -> admits(watch, project, JobKind.VIDEO));
    }

    @Test
    void jobs_that_wait_for_memory_take_no_room_and_the_next_of_their_project_waits_behind_them() {
        var large = jobs.project();
        jobs.accept(Submission.chat().in(large).published(), 8);
        test.database()
                .client()
                .sql("update job_dispatch set passed_over = true")
                .update();
        var watch = watch(8, 100);
        look(watch);

        assertThat(admits(watch, large, JobKind.CHAT)).isFalse();
        assertThat(admits(watch, large, JobKind.VIDEO)).isTrue();
        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).isTrue();
    }

    @Test
    void a_project_at_the_default_limit_is_not_admitted() {
        var watch = watch(100, 3);
        jobs.claims().claim(jobs.worker(), jobs.accept(Submission.chat().published(), 3));
        look(watch);
        watch.count();
        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).isFalse();
        assertThat(admits(watch, jobs.project(), JobKind.CHAT)).isTrue();
    }

    @Test
    void a_project_with_a_limit_of_its_own_goes_by_the_dispatcher_which_counts_exactly() {
        var limited = jobs.project();
        jobs.limit(limited, 1_000);
        var watch = watch(100, 100);
        look(watch);
        watch.count();
        assertThat(admits(watch, limited, JobKind.CHAT)).isFalse();
        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).isTrue();
    }

    @Test
    void nothing_is_admitted_before_the_first_look_or_by_an_old_one() {
        var watch = watch(10, 100);
        watch.draw();
        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).isFalse();
        look(watch);
        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).isTrue();
        time.advance(Duration.ofMillis(1_999));
        watch.draw();
        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).isTrue();
        time.advance(Duration.ofMillis(2));
        assertThat(admits(watch, UUID.randomUUID(), JobKind.CHAT)).isFalse();
        look(watch);
        assertThat(admits(watch, jobs.mine(), JobKind.CHAT)).isTrue();
    }

    private static void look(LaneWatch watch) {
        watch.look();
        watch.draw();
    }

    private static boolean admits(LaneWatch watch, UUID project, JobKind kind) {
        return watch.admit(project, kind).isPresent();
    }

    private static LaneWatch watch(int room, int projectActive) {
        return new LaneWatch(time.database(), settings(room, projectActive), time::nanos);
    }

    private static DispatchSettings settings(int room, int projectActive) {
        return new DispatchSettings(room, projectActive, Duration.ofSeconds(1), 8, 1, 200);
    }
}
