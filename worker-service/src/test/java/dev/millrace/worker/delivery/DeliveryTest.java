package dev.millrace.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.access.WebhookSecrets;
import dev.millrace.database.Database;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.RawServer;
import dev.millrace.job.JobId;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.webhook.Delivery;
import dev.millrace.webhook.DeliveryLog;
import dev.millrace.webhook.DeliverySettings;
import dev.millrace.webhook.DueDelivery;
import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What becomes of a webhook, told by what its receiver sees and by what is on record.
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeliveryTest {

    private static final String CHAT = "sim-chat";
    private static final String OK = RawServer.answer("200 OK", "text/plain", "thanks");
    private static final String BROKEN = RawServer.answer("500 Broken", "text/plain", "mill wheel stuck");

    private static final String OUTCOMES = """
            select concat_ws(' ', a.number, a.outcome, a.http_status)
            from delivery_attempt a join delivery d on d.id = a.delivery_id where d.job_id = :id order by a.number
            """;

    private static final String STATE =
            "select q.state from delivery_due q join delivery d on d.id = q.delivery_id where d.job_id = :id";

    /// From an attempt to the next, in seconds.
    private static final String WAIT = """
            select extract(epoch from q.due_at - a.started_at)
            from delivery d join delivery_due q on q.delivery_id = d.id
                 join delivery_attempt a on a.delivery_id = d.id and a.number = q.attempts
            where d.job_id = :id and q.claimed_by is null and q.state = 'pending' and q.attempts =\s""";

    private final Work work = SharedWorker.newWork();

    DeliveryTest() {
        SharedWorker.get();
    }

    private Work.Submitted tell(String url) {
        var job = work.chatTelling(CHAT, url);
        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        return job;
    }

    private Work.Submitted tell(RawServer receiver) {
        return tell(receiver.uri("/hook").toString());
    }

    private void awaitOutcome(String outcome, Work.Submitted job) {
        Awaitility.await(outcome)
                .atMost(Work.SOON)
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(work.texts(OUTCOMES, job)).contains(outcome));
    }

    private double waitAfter(int attempt, Work.Submitted job) {
        return Double.parseDouble(Awaitility.await(WAIT + attempt)
                .atMost(Work.SOON)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> work.texts(WAIT + attempt, job), found -> !found.isEmpty())
                .getFirst());
    }

    /// Lets the delivery be due now, with that many attempts made.
    private void makeDue(int attempts, Work.Submitted job) {
        work.alter("""
                update delivery_due q set due_at = now(), attempts = %d
                from delivery d
                where d.id = q.delivery_id and d.job_id = :id and q.claimed_by is null and q.state = 'pending'
                """.formatted(attempts), job);
    }

    private static String header(String request, String name) {
        return request.lines()
                .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(name + ": "))
                .findFirst()
                .orElseThrow()
                .substring(name.length() + 2);
    }

    private static String body(String request) {
        return request.substring(request.indexOf("\r\n\r\n") + 4);
    }

    @Test
    void a_failed_delivery_comes_again_with_the_same_id_and_bytes_and_a_signature_of_its_own() {
        var asked = new AtomicInteger();
        try (var receiver = RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(asked.incrementAndGet() == 1 ? BROKEN : OK);
            }
        })) {
            var job = tell(receiver);
            assertThat(waitAfter(1, job)).isBetween(3.9, 6.2);
            // The signature is of the second, so the second attempt is made in another.
            var first = Long.parseLong(header(receiver.requests().getFirst(), "webhook-timestamp"));
            Awaitility.await("another second")
                    .atMost(Work.SOON)
                    .until(() -> java.time.Instant.now().getEpochSecond() > first);
            makeDue(1, job);
            awaitOutcome("2 succeeded 200", job);

            var requests = receiver.requests();
            assertThat(requests).hasSize(2);
            assertThat(body(requests.get(0))).contains(job.id().toString()).isEqualTo(body(requests.get(1)));
            assertThat(header(requests.get(0), "webhook-id")).isEqualTo(header(requests.get(1), "webhook-id"));
            assertThat(header(requests.get(0), "webhook-signature"))
                    .isNotEqualTo(header(requests.get(1), "webhook-signature"));
            assertThat(work.texts(STATE, job)).as("what was heard is not due").isEmpty();
            assertThat(work.texts("""
                            select convert_from(a.response, 'UTF8') from delivery_attempt a
                            join delivery d on d.id = a.delivery_id where d.job_id = :id order by a.number
                            """, job)).containsExactly("mill wheel stuck", "thanks");
        }
    }

    @Test
    void the_schedule_is_kept_with_a_fifth_of_jitter_and_its_end_gives_up() {
        try (var receiver = RawServer.answering(BROKEN)) {
            var job = tell(receiver);
            var schedule = List.of(5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400);
            for (int made = 1; made <= schedule.size(); made++) {
                double base = schedule.get(made - 1);
                assertThat(waitAfter(made, job))
                        .as("after attempt %d", made)
                        .isBetween(base * 0.8 - 0.1, base * 1.2 + 1);
                makeDue(made, job);
            }
            awaitOutcome("10 server_error 500", job);
            assertThat(work.text(STATE, job)).isEqualTo("exhausted");
        }
    }

    @Test
    void one_that_was_given_up_is_sent_again_on_request_with_the_same_id_and_bytes_and_its_whole_schedule() {
        var asked = new AtomicInteger();
        try (var receiver = RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(
                        switch (asked.incrementAndGet()) {
                            case 1 -> RawServer.answer("410 Gone", "text/plain", "");
                            case 2 -> BROKEN;
                            default -> OK;
                        });
            }
        })) {
            var job = tell(receiver);
            awaitOutcome("1 disabled_by_receiver 410", job);
            var log = new DeliveryLog(SharedWorker.get().bean(Database.class));
            var delivery = log.ofJob(work.project(), job.id()).getFirst();
            assertThat(delivery.status()).isEqualTo(Delivery.Status.EXHAUSTED);

            assertThat(log.resend(delivery)).isEqualTo(DeliveryLog.Resend.DUE);

            awaitOutcome("2 server_error 500", job);
            assertThat(waitAfter(2, job)).as("the wait after a first attempt").isBetween(3.9, 6.2);
            makeDue(2, job);
            awaitOutcome("3 succeeded 200", job);
            assertThat(receiver.requests()).hasSize(3).allSatisfy(request -> {
                assertThat(header(request, "webhook-id"))
                        .isEqualTo(delivery.id().toString());
                assertThat(body(request)).isEqualTo(body(receiver.requests().getFirst()));
            });
            assertThat(log.find(delivery.id()).orElseThrow().status()).isEqualTo(Delivery.Status.DELIVERED);
        }
    }

    @Test
    void a_receiver_that_asks_for_time_gets_it_and_never_less_than_the_schedule() {
        try (var patient = RawServer.answering(asking("503 Busy", 90));
                var limiting = RawServer.answering(asking("429 Slowly", 80));
                var hasty = RawServer.answering(asking("503 Busy", 1));
                var absurd = RawServer.answering(asking("503 Busy", 900_000))) {
            assertThat(waitAfter(1, tell(patient))).isBetween(90.0, 91.0);
            assertThat(waitAfter(1, tell(limiting))).isBetween(80.0, 81.0);
            assertThat(waitAfter(1, tell(hasty))).isBetween(3.9, 6.2);
            assertThat(waitAfter(1, tell(absurd))).isBetween(86_400.0, 86_401.0);
        }
    }

    private static String asking(String status, int seconds) {
        return "HTTP/1.1 " + status + "\r\nRetry-After: " + seconds + "\r\nContent-Length: 0\r\n\r\n";
    }

    @Test
    void other_failures_ask_for_no_time() {
        try (var broken = RawServer.answering(asking("500 Broken", 90));
                var missing = RawServer.answering(asking("404 Nobody", 90));
                var elsewhere = RawServer.answering(asking("302 Over there", 90))) {
            assertThat(waitAfter(1, tell(broken))).isBetween(3.9, 6.2);
            assertThat(waitAfter(1, tell(missing))).isBetween(3.9, 6.2);
            assertThat(waitAfter(1, tell(elsewhere))).isBetween(3.9, 6.2);
        }
    }

    @Test
    void of_a_long_answer_the_first_four_kibibytes_are_kept() {
        try (var talkative = RawServer.answering(
                RawServer.answer("500 Broken", "text/plain", "a".repeat(4_000) + "b".repeat(4_000)))) {
            var job = tell(talkative);
            awaitOutcome("1 server_error 500", job);
            assertThat(work.text("""
                            select convert_from(a.response, 'UTF8') from delivery_attempt a
                            join delivery d on d.id = a.delivery_id where d.job_id = :id
                            """, job)).isEqualTo("a".repeat(4_000) + "b".repeat(96));
        }
    }

    @Test
    void a_receiver_that_does_not_come_to_an_end_is_cut_off_after_twenty_seconds() {
        var worker = SharedWorker.get();
        var settings = worker.bean(MillraceSettings.class).webhook();
        assertThat(settings.totalTimeout()).isEqualTo(Duration.ofSeconds(20));
        var hasty = new DeliverySettings(
                true,
                settings.allowedNetworks(),
                List.of(),
                settings.connectTimeout(),
                Duration.ofMillis(300),
                settings.schedule(),
                8,
                64,
                500);
        try (var halting = RawServer.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of ");
            connection.readToEnd();
        })) {
            var report = new DeliveryAttempt(
                            worker.bean(WebhookSecrets.class),
                            worker.bean("guardedHttp", OutboundHttp.class),
                            hasty,
                            Clock.systemUTC(),
                            RandomGenerator.getDefault(),
                            new SimpleMeterRegistry())
                    .send(DueDelivery.first(
                            UUID.randomUUID(),
                            JobId.next(),
                            work.project(),
                            halting.uri("/hook").toString(),
                            new byte[2]));

            assertThat(report.outcome()).isEqualTo("timeout");
            assertThat(report.httpStatus()).isNull();
            assertThat(report.took()).isBetween(Duration.ofMillis(290), Duration.ofSeconds(10));
            assertThat(report.next()).as("it comes again").isPresent();
        }
    }

    @Test
    void a_receiver_that_wants_no_more_is_told_no_more() {
        try (var gone = RawServer.answering(RawServer.answer("410 Gone", "text/plain", ""));
                var disabling = RawServer.answering(
                        "HTTP/1.1 400 No\r\nWebhook-Delivery: disable\r\nContent-Length: 0\r\n\r\n")) {
            var first = tell(gone);
            var second = tell(disabling);
            awaitOutcome("1 disabled_by_receiver 410", first);
            awaitOutcome("1 disabled_by_receiver 400", second);
            assertThat(work.text(STATE, first)).isEqualTo("exhausted");
            assertThat(work.text(STATE, second)).isEqualTo("exhausted");
        }
    }

    @Test
    void a_redirect_is_a_failure_and_is_not_followed() {
        try (var other = RawServer.answering(OK);
                var receiver = RawServer.answering(
                        "HTTP/1.1 307 Over there\r\nLocation: " + other.uri("/") + "\r\nContent-Length: 0\r\n\r\n")) {
            awaitOutcome("1 redirect 307", tell(receiver));
            assertThat(other.connections()).isEmpty();
        }
    }

    @Test
    void each_way_not_to_reach_a_receiver_is_recorded_as_what_it_is() {
        awaitOutcome("1 unreachable", tell("http://127.0.0.1:1/hook"));
        awaitOutcome("1 unreachable", tell("http://no-such-name.invalid/hook"));
        awaitOutcome("1 forbidden_address", tell("http://10.255.255.1/hook"));
        try (var resetting = RawServer.start(connection -> {
            connection.readRequest();
            connection.reset();
        })) {
            awaitOutcome("1 connection_lost", tell(resetting));
        }
    }

    /// Deliveries that have been due for an hour, of jobs that are made up for them.
    private static void due(int count, UUID project, RawServer receiver) {
        SharedWorker.database()
                .database()
                .client()
                .sql("""
                        with told as (
                            insert into delivery (id, job_id, sequence, project_id, url, body, created_at)
                            select uuidv7(), uuidv7(), 3, :project, :url, convert_to('{}', 'UTF8'), now()
                            from generate_series(1, :count)
                            returning id, project_id, url
                        )
                        insert into delivery_due (delivery_id, project_id, endpoint, due_at)
                        select id, project_id, endpoint_hash(project_id, url), now() - interval '1 hour' from told
                        """)
                .param("project", project)
                .param("url", receiver.uri("/hook").toString())
                .param("count", count)
                .update();
    }

    private static void forgetAllOf(UUID project) {
        SharedWorker.database()
                .database()
                .client()
                .sql("delete from delivery_due where project_id = :project")
                .param("project", project)
                .update();
    }

    @Test
    void a_receiver_that_never_answers_and_has_thousands_due_delays_nothing_that_is_due_for_others() {
        try (var dead = RawServer.start(connection -> {
                    connection.readRequest();
                    connection.readToEnd();
                });
                var alive = RawServer.answering(OK)) {
            due(3_000, work.project(), dead);
            Awaitility.await("its slots are taken")
                    .atMost(Work.SOON)
                    .until(() -> dead.requests().size() == 8);

            due(1, SharedWorker.newWork().project(), alive);

            Awaitility.await("the other's")
                    .atMost(Duration.ofSeconds(3))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> alive.requests().size() == 1);
            assertThat(dead.connections()).hasSize(8);
        } finally {
            forgetAllOf(work.project());
        }
    }

    @Test
    void the_end_of_a_job_that_is_cancelled_while_it_waits_is_told_though_no_worker_has_it() {
        try (var receiver = RawServer.answering(OK)) {
            // Its only attempt is rate limited, and the next is minutes away.
            var job = work.chatTelling(
                    CHAT + "~status=429~retry-after=300", receiver.uri("/hook").toString());
            work.awaitPlace(job, "backlog");

            work.cancel(job);

            awaitOutcome("1 succeeded 200", job);
            assertThat(body(receiver.requests().getFirst()))
                    .contains("\"type\":\"job.cancelled\"", job.id().toString());
        }
    }

    @Test
    void a_receiver_that_never_answers_holds_its_own_slots_and_delays_no_other() {
        try (var dead = RawServer.start(connection -> {
                    connection.readRequest();
                    connection.readToEnd();
                });
                var alive = RawServer.answering(OK)) {
            for (int i = 0; i < 20; i++) {
                tell(dead);
            }
            Awaitility.await("all slots of the dead one are taken")
                    .atMost(Work.SOON)
                    .until(() -> dead.requests().size() == 8);

            for (int i = 0; i < 20; i++) {
                awaitOutcome("1 succeeded 200", tell(alive));
            }

            assertThat(dead.connections()).hasSize(8);
        }
    }
}
