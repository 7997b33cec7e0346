package dev.millrace.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobAccept;
import dev.millrace.job.JobKind;
import dev.millrace.job.NewJob;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// How much of a lane's room accepting services have, and when others have it.
@DisplayNameGeneration(ReplaceUnderscores.class)
class DrawingTest {

    private static final int ROOM = 16;
    private static final int ALL = 100_000;
    private static final DispatchSettings SETTINGS =
            new DispatchSettings(ROOM, 10_000, Duration.ofSeconds(1), 8, 1, 200);

    private static final TestDatabase test = TestDatabase.create();
    private static final SteppedTime time = new SteppedTime(test);
    private static final TestJobs jobs = new TestJobs(test);

    private final LaneWatch one = service();
    private final LaneWatch other = service();
    private final Dispatcher dispatcher = new Dispatcher(time.database(), SETTINGS);

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
    void while_nothing_waits_services_have_half_of_the_room_and_the_dispatcher_the_rest() {
        round(one);
        assertThat(admitted(one)).hasSize(8);
        jobs.accept(Submission.chat(), 30);
        assertThat(dispatched()).isEqualTo(8);
        assertThat(dispatched()).isZero();
    }

    @Test
    void while_something_waits_services_have_an_eighth_between_them() {
        round(one);
        jobs.accept(Submission.chat(), 30);
        round(one);
        assertThat(dispatched()).isEqualTo(14);
        assertThat(admitted(one)).hasSize(2);
    }

    @Test
    void services_share_alike_within_seconds_of_a_new_one() {
        share();
        assertThat(drawn()).isEqualTo(8);
        assertThat(admitted(one)).hasSize(4);
        assertThat(admitted(other)).hasSize(4);
    }

    @Test
    void what_is_dispatched_leaves_so_much_less_to_draw() {
        jobs.accept(Submission.chat(), 30);
        round(one);
        dispatcher.dispatch(JobKind.CHAT, 11);
        time.database().client().sql("delete from job_backlog").update();
        time.advance(Duration.ofMillis(1_100));
        round(one);
        assertThat(admitted(one)).hasSize(5);
    }

    @Test
    void a_submission_on_its_way_goes_on_counting_whatever_is_looked_at_meanwhile() {
        round(one);
        var onTheirWay = admitted(one);
        for (int i = 0; i < 3; i++) {
            time.advance(Duration.ofMillis(1_100));
            round(one);
            assertThat(admitted(one)).isEmpty();
        }
        onTheirWay.subList(0, 3).forEach(one::settled);
        time.advance(Duration.ofMillis(1_100));
        round(one);
        assertThat(admitted(one)).as("three were refused").hasSize(3);
    }

    @Test
    void a_committed_job_counts_once_and_no_more_when_it_is_claimed() {
        round(one);
        for (var job : admitted(one)) {
            accept(job);
            one.settled(job);
        }
        time.advance(Duration.ofMillis(50));
        round(one);
        assertThat(admitted(one)).as("eight are dispatched, eight may be drawn").hasSize(8);

        time.database().client().sql("delete from job_dispatch").update();
        jobs.accept(Submission.chat().in(jobs.project()), 30);
        assertThat(dispatched()).isEqualTo(8);
    }

    @Test
    void a_job_that_comes_after_its_place_s_time_goes_to_the_backlog() {
        round(one);
        var job = admitted(one).getFirst();
        time.advance(Duration.ofMillis(2_001));

        accept(job);

        assertThat(jobs.place(job.id())).isEqualTo("backlog");
    }

    @Test
    void jobs_that_are_stored_together_are_dispatched_under_one_name() {
        share();
        var early = admitted(one).getFirst();
        time.advance(Duration.ofMillis(1_100));
        round(other);
        var late = admitted(other).getFirst();

        new JobAccept(time.database()).write(List.of(late, early));

        assertThat(jobs.place(early.id())).isEqualTo("dispatch");
        assertThat(jobs.place(late.id())).isEqualTo("backlog");
    }

    @Test
    void what_a_killed_service_had_drawn_is_free_after_two_seconds() {
        round(one);
        jobs.accept(Submission.chat(), 30);
        assertThat(dispatched()).isEqualTo(8);
        time.advance(Duration.ofMillis(1_900));
        assertThat(dispatched()).isZero();
        time.advance(Duration.ofMillis(101));
        assertThat(dispatched()).isEqualTo(8);
    }

    @Test
    void but_not_before_its_last_commit_has_ended() {
        round(one);
        var last = new OnItsWay(one, admitted(one).getFirst());
        last.send(time.database());
        last.awaitInserted();
        jobs.accept(Submission.chat(), 30);
        dispatched();
        time.advance(Duration.ofMinutes(1));
        assertThat(dispatched()).isZero();
        other.draw();

        last.commit();

        assertThat(jobs.place(last.job.id())).isEqualTo("dispatch");
        assertThat(dispatched()).isEqualTo(7);
    }

    @Test
    void of_an_acceptance_of_which_nobody_knows_the_place_stays_counted_and_its_service_goes_on_under_a_new_name() {
        round(one);
        var job = admitted(one).getFirst();
        one.lost(job);
        round(one);
        assertThat(admitted(one)).as("its eight places are still counted").isEmpty();

        time.advance(Duration.ofMillis(1_500));
        round(one);
        assertThat(admitted(one)).isEmpty();
        time.advance(Duration.ofMillis(501));
        round(one);
        assertThat(admitted(one)).hasSize(8);
    }

    @Test
    void a_service_that_was_away_too_long_has_nothing_left_and_draws_anew() {
        round(one);
        admitted(one);
        time.advance(Duration.ofSeconds(3));
        other.draw();

        round(one);
        assertThat(admitted(one)).isEmpty();
        for (int i = 0; i < 3; i++) {
            time.advance(Duration.ofMillis(1_100));
            round(one);
            round(other);
        }
        assertThat(admitted(one)).hasSize(4);
    }

    @Test
    void a_service_without_work_asks_the_database_once_a_second() {
        round(one);
        var before = until();
        time.advance(Duration.ofMillis(900));
        round(one);
        assertThat(until()).isEqualTo(before);
        time.advance(Duration.ofMillis(101));
        round(one);
        assertThat(until()).isNotEqualTo(before);
    }

    @Test
    void a_room_of_one_is_the_backlog_s_where_there_is_one() {
        var smallest = new DispatchSettings(1, 10_000, Duration.ofSeconds(1), 8, 1, 200);
        var service = new LaneWatch(time.database(), smallest, time::nanos);
        round(service);
        assertThat(service.admit(jobs.mine(), JobKind.VIDEO)).isPresent();
        jobs.accept(Submission.chat());
        time.advance(Duration.ofMillis(1_100));
        round(service);
        assertThat(new Dispatcher(time.database(), smallest).dispatch(JobKind.CHAT, ALL))
                .hasSize(1);
    }

    private static LaneWatch service() {
        return new LaneWatch(time.database(), SETTINGS, time::nanos);
    }

    private void share() {
        for (int i = 0; i < 3; i++) {
            round(one);
            round(other);
            time.advance(Duration.ofMillis(1_100));
        }
        round(one);
        round(other);
    }

    private static void round(LaneWatch service) {
        service.look();
        service.draw();
    }

    /// As many submissions as a service dispatches directly now, each of a project without a backlog.
    private static List<NewJob> admitted(LaneWatch service) {
        var admitted = new ArrayList<NewJob>();
        while (true) {
            var place = service.admit(jobs.project(), JobKind.CHAT);
            if (place.isEmpty()) {
                return admitted;
            }
            admitted.add(OnItsWay.submission(jobs.mine(), place));
        }
    }

    private static void accept(NewJob job) {
        new JobAccept(time.database()).write(List.of(job));
    }

    private int dispatched() {
        return dispatcher.dispatch(JobKind.CHAT, ALL).size();
    }

    private static int drawn() {
        return time.database()
                .client()
                .sql("select sum(drawn) from lane_draw where lane = 'chat'")
                .query(Integer.class)
                .single();
    }

    private static OffsetDateTime until() {
        return time.database()
                .client()
                .sql("select until from lane_draw where lane = 'chat'")
                .query(OffsetDateTime.class)
                .single();
    }
}
