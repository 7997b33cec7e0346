package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What is claimed where there is memory for ten requests of a hundred kilobytes.
@DisplayNameGeneration(ReplaceUnderscores.class)
class RequestRoomTest {

    private static final int PIECE = 100_000;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    private final RequestRoom room = new RequestRoom(10 * PIECE);
    private final JobClaims claims = jobs.claims(room);
    private final UUID worker;

    RequestRoomTest() {
        jobs.forgetUnfinished();
        worker = jobs.worker();
    }

    @AfterAll
    static void end() {
        test.close();
    }

    private static JobId asking(JobKind kind, int bytes) {
        var job = new NewJob(
                JobId.next(),
                jobs.mine(),
                kind,
                "m",
                new byte[bytes],
                Map.of(),
                Optional.empty(),
                0,
                Optional.empty(),
                Optional.of(Submission.PLACE));
        new JobAccept(test.database()).write(List.of(job));
        return job.id();
    }

    private static JobId pieces(int pieces) {
        return asking(JobKind.CHAT, pieces * PIECE);
    }

    private static JobId videoOf(int pieces) {
        return asking(JobKind.VIDEO, pieces * PIECE);
    }

    private List<ClaimedJob> byToken(JobId... tokens) {
        return claims.claim(worker, List.of(tokens));
    }

    private List<ClaimedJob> swept(JobKind kind) {
        return claims.claimLeftover(worker, kind, SECOND, 200);
    }

    private static List<JobId> ids(List<ClaimedJob> claimed) {
        return claimed.stream().map(ClaimedJob::id).toList();
    }

    private static boolean passedOver(JobId job) {
        return test.database()
                .client()
                .sql("select passed_over from job_dispatch where job_id = :id")
                .param("id", job.value())
                .query(Boolean.class)
                .single();
    }

    private static void age(JobId job) {
        test.database()
                .client()
                .sql("update job_dispatch set dispatched_at = now() - interval '1 minute' where job_id = :id")
                .param("id", job.value())
                .update();
    }

    private static void takenBack(JobId job) {
        test.database()
                .client()
                .sql("update job_dispatch set take_backs = 1 where job_id = :id")
                .param("id", job.value())
                .update();
    }

    @Test
    void as_many_are_claimed_in_the_order_of_their_tokens_as_fit_and_the_rest_stays_dispatched() {
        var first = pieces(6);
        var second = pieces(4);
        var third = pieces(1);

        var claimed = byToken(first, second, third);

        assertThat(ids(claimed)).containsExactlyInAnyOrder(first, second);
        assertThat(claimed).allSatisfy(job -> assertThat(job.request()).hasSizeGreaterThan(3 * PIECE));
        assertThat(room.taken()).isEqualTo(10 * PIECE);
        assertThat(jobs.place(third)).isEqualTo("dispatch");
        assertThat(passedOver(third)).isTrue();
        assertThat(jobs.row(third).epoch()).isZero();
        assertThat(jobs.events(third)).isEmpty();
    }

    @Test
    void a_token_that_comes_twice_is_one_job_and_takes_its_room_once() {
        var job = pieces(6);

        assertThat(byToken(job, job)).hasSize(1);

        assertThat(room.taken()).isEqualTo(6 * PIECE);
    }

    @Test
    void small_ones_are_claimed_however_little_room_is_left_and_take_none() {
        var small = new ArrayList<JobId>();
        byToken(pieces(10));
        var large = pieces(2);
        small.add(asking(JobKind.CHAT, 8 * 1024));
        small.add(asking(JobKind.CHAT, 10));

        assertThat(ids(byToken(large, small.get(0), small.get(1)))).containsExactlyInAnyOrderElementsOf(small);

        var leftover = asking(JobKind.CHAT, 10);
        var newer = pieces(1);
        age(leftover);
        age(newer);
        assertThat(ids(swept(JobKind.CHAT))).containsExactly(leftover);
        assertThat(room.taken()).isEqualTo(10 * PIECE);
    }

    @Test
    void one_alone_may_be_larger_than_all_the_room_and_another_comes_when_it_is_gone() {
        var huge = pieces(25);
        var next = pieces(12);

        var claimed = byToken(huge, next);
        assertThat(ids(claimed)).containsExactly(huge);
        assertThat(swept(JobKind.CHAT)).isEmpty();

        room.give(claimed.getFirst());
        assertThat(ids(swept(JobKind.CHAT))).containsExactly(next);
    }

    @Test
    void what_was_passed_over_is_swept_at_once_in_its_order_and_before_any_newer_one() {
        var held = byToken(pieces(5), pieces(4));
        var first = pieces(8);
        var second = pieces(1);
        assertThat(byToken(first, second)).isEmpty();
        var newer = pieces(1);

        assertThat(byToken(newer)).as("there would be room for this one").isEmpty();
        assertThat(swept(JobKind.CHAT)).as("the first does not fit yet").isEmpty();
        room.give(held.getLast());
        assertThat(swept(JobKind.CHAT)).isEmpty();
        room.give(held.getFirst());

        assertThat(ids(swept(JobKind.CHAT))).containsExactlyInAnyOrder(first, second, newer);
        assertThat(swept(JobKind.CHAT)).isEmpty();
        assertThat(room.taken()).isEqualTo(10 * PIECE);
    }

    @Test
    void tokens_bring_large_ones_again_when_none_is_left_of_those_that_were_passed_over() {
        var held = byToken(pieces(9));
        byToken(pieces(4));
        room.give(held.getFirst());
        assertThat(swept(JobKind.CHAT)).hasSize(1);
        assertThat(swept(JobKind.CHAT)).isEmpty();

        assertThat(byToken(pieces(6))).hasSize(1);
    }

    @Test
    void renders_and_chats_share_the_room_and_neither_waits_for_ever_behind_the_other() {
        var held = byToken(pieces(5), pieces(5));
        var video = videoOf(8);
        assertThat(byToken(video)).isEmpty();
        var chats = List.of(pieces(2), pieces(2), pieces(2), pieces(2), pieces(2), pieces(2));
        assertThat(claims.claim(worker, chats)).isEmpty();
        assertThat(swept(JobKind.VIDEO)).isEmpty();

        room.give(held.getFirst());
        assertThat(swept(JobKind.VIDEO)).isEmpty();
        assertThat(swept(JobKind.CHAT)).as("it is the render's turn").isEmpty();
        room.give(held.getLast());
        assertThat(ids(swept(JobKind.VIDEO))).containsExactly(video);

        assertThat(ids(swept(JobKind.CHAT))).as("and then the chats'").containsExactly(chats.getFirst());
    }

    @Test
    void a_queue_that_can_take_nothing_for_another_reason_lets_the_other_have_its_turn() {
        byToken(pieces(5));
        assertThat(byToken(videoOf(8))).isEmpty();
        assertThat(swept(JobKind.VIDEO)).isEmpty();
        var chat = pieces(2);
        age(chat);
        assertThat(swept(JobKind.CHAT)).isEmpty();

        room.passTurn(JobKind.VIDEO, false);

        assertThat(ids(swept(JobKind.CHAT))).containsExactly(chat);
    }

    @Test
    void one_that_was_taken_back_waits_for_room_too_and_a_small_one_behind_it_does_not() {
        var held = byToken(pieces(9));
        var large = pieces(2);
        takenBack(large);
        assertThat(claims.claimTakenBack(worker, JobKind.CHAT, 3)).isEmpty();
        var small = asking(JobKind.CHAT, 10);
        takenBack(small);

        assertThat(ids(claims.claimTakenBack(worker, JobKind.CHAT, 3))).containsExactly(small);
        room.give(held.getFirst());
        assertThat(ids(claims.claimTakenBack(worker, JobKind.CHAT, 3))).containsExactly(large);
    }

    @Test
    void another_worker_with_room_takes_what_was_passed_over_here() {
        byToken(pieces(9));
        var job = pieces(4);
        assertThat(byToken(job)).isEmpty();
        age(job);

        assertThat(ids(jobs.claims(new RequestRoom(10 * PIECE))
                        .claimLeftover(jobs.worker(), JobKind.CHAT, SECOND, 200)))
                .containsExactly(job);
    }

    @Test
    void whoever_sweeps_is_told_of_room_that_is_enough_for_the_first_that_waits() {
        var told = new AtomicInteger();
        room.whenFreed(told::incrementAndGet);
        var held = byToken(pieces(3), pieces(3), pieces(3));
        room.give(held.get(0));
        assertThat(told).as("nobody waits").hasValue(0);
        assertThat(byToken(pieces(8))).isEmpty();

        room.give(held.get(1));
        assertThat(told).hasValue(0);
        room.give(held.get(2));
        assertThat(told).hasValue(1);
    }

    @Test
    void no_large_request_is_read_to_know_how_long_it_is() {
        var held = byToken(pieces(10));
        assertThat(held).hasSize(1);
        var waiting = List.of(pieces(9), pieces(9), pieces(9));
        long before = toastRead();

        assertThat(claims.claim(worker, waiting)).isEmpty();

        assertThat(toastRead() - before).isZero();
        room.give(held.getFirst());
        assertThat(Set.copyOf(ids(swept(JobKind.CHAT)))).containsExactly(waiting.getFirst());
        assertThat(toastRead() - before).isPositive();
    }

    /// Rows of requests that stand apart and were fetched so far.
    private static long toastRead() {
        return test.database().run(connection -> {
            try (var statement = connection.createStatement()) {
                // Counted when the transaction has ended.
                statement.execute("select pg_stat_force_next_flush()");
                try (var rows = statement.executeQuery("""
                        select coalesce(sum(coalesce(s.idx_tup_fetch, 0)), 0)
                        from pg_inherits i join pg_class c on c.oid = i.inhrelid
                             join pg_stat_all_tables s on s.relid = c.reltoastrelid
                        where i.inhparent = 'job'::regclass
                        """)) {
                    rows.next();
                    return rows.getLong(1);
                }
            }
        });
    }
}
