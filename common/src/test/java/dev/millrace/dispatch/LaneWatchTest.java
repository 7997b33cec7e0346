package dev.millrace.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobKind;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LaneWatchTest {

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
    void a_project_without_a_backlog_is_admitted_while_the_lane_has_room() {
        var watch = watch(3, 100);
        jobs.accept(Submission.chat().published());
        watch.look();

        assertThat(watch.admit(jobs.mine(), JobKind.CHAT)).isTrue();
        assertThat(watch.admit(jobs.mine(), JobKind.CHAT)).isTrue();
        assertThat(watch.admit(jobs.mine(), JobKind.CHAT))
                .as("the room is taken")
                .isFalse();
        assertThat(watch.admit(jobs.mine(), JobKind.VIDEO)).as("the other lane").isTrue();
    }

    @Test
    void a_project_with_a_backlog_waits_behind_it_and_its_neighbour_does_not() {
        var watch = watch(10, 100);
        jobs.accept(Submission.chat());
        watch.look();

        assertThat(watch.admit(jobs.mine(), JobKind.CHAT)).isFalse();
        assertThat(watch.admit(jobs.mine(), JobKind.VIDEO)).isTrue();
        assertThat(watch.admit(jobs.project(), JobKind.CHAT)).isTrue();
    }

    @Test
    void once_a_project_was_refused_its_next_jobs_wait_behind_that_one_until_a_new_look() {
        var watch = watch(1, 100);
        watch.look();
        assertThat(watch.admit(jobs.mine(), JobKind.CHAT)).isTrue();
        assertThat(watch.admit(jobs.mine(), JobKind.CHAT)).isFalse();

        watch.look();

        assertThat(watch.admit(jobs.mine(), JobKind.CHAT)).isTrue();
    }

    @Test
    void many_projects_with_a_backlog_are_all_seen() {
        var projects = Stream.generate(jobs::project).limit(20).toList();
        projects.forEach(project -> jobs.accept(Submission.chat().in(project), 3));
        var watch = watch(100, 100);
        watch.look();
        assertThat(projects).noneMatch(project -> watch.admit(project, JobKind.CHAT));
        assertThat(projects).allMatch(project -> watch.admit(project, JobKind.VIDEO));
    }

    @Test
    void jobs_that_wait_for_memory_take_no_room_and_the_next_of_their_project_waits_behind_them() {
        var large = jobs.project();
        jobs.accept(Submission.chat().in(large).published(), 3);
        test.database().client().sql("update job_dispatch set passed_over = true").update();
        var watch = watch(1, 100);
        watch.look();

        assertThat(watch.admit(large, JobKind.CHAT)).isFalse();
        assertThat(watch.admit(large, JobKind.VIDEO)).isTrue();
        assertThat(watch.admit(jobs.mine(), JobKind.CHAT)).isTrue();
    }

    @Test
    void a_project_at_the_default_limit_is_not_admitted() {
        var watch = watch(100, 3);
        jobs.claims().claim(jobs.worker(), jobs.accept(Submission.chat().published(), 3));
        watch.look();
        watch.count();
        assertThat(watch.admit(jobs.mine(), JobKind.CHAT)).isFalse();
        assertThat(watch.admit(jobs.project(), JobKind.CHAT)).isTrue();
    }

    @Test
    void a_project_with_a_limit_of_its_own_goes_by_the_dispatcher_which_counts_exactly() {
        var limited = jobs.project();
        jobs.limit(limited, 1_000);
        var watch = watch(100, 100);
        watch.look();
        watch.count();
        assertThat(watch.admit(limited, JobKind.CHAT)).isFalse();
        assertThat(watch.admit(jobs.mine(), JobKind.CHAT)).isTrue();
    }

    @Test
    void nothing_is_admitted_before_the_first_look_or_by_an_old_one() {
        var watch = watch(10, 100);
        assertThat(watch.admit(jobs.mine(), JobKind.CHAT)).isFalse();
        watch.look();
        assertThat(watch.admit(jobs.mine(), JobKind.CHAT)).isTrue();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollDelay(Duration.ofMillis(1_900))
                .until(() -> !watch.admit(UUID.randomUUID(), JobKind.VIDEO));
        watch.look();
        assertThat(watch.admit(jobs.mine(), JobKind.CHAT)).isTrue();
    }

    private static LaneWatch watch(int room, int projectActive) {
        return new LaneWatch(test.database(), settings(room, projectActive));
    }

    private static DispatchSettings settings(int room, int projectActive) {
        return new DispatchSettings(room, projectActive, Duration.ofSeconds(1), 8, 1, 200);
    }
}
