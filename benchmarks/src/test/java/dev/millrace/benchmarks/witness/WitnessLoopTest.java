package dev.millrace.benchmarks.witness;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class WitnessLoopTest {

    private static final String SECRET = "whsec_" + Base64.getEncoder().encodeToString(new byte[32]);
    private static final String OTHER = "whsec_" + Base64.getEncoder().encodeToString("another secret".getBytes());

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private Tally tally;
    private Told told;
    private WitnessLoop loop;
    private Thread thread;

    @BeforeEach
    void serve() throws IOException {
        tally = Tally.create(folder.resolve("tally"));
        told = new Told(1, tally);
        told.trust(List.of(SECRET));
        loop = new WitnessLoop(0, told);
        thread = Thread.ofPlatform().start(() -> {
            try {
                loop.run();
            } catch (IOException failure) {
                throw new AssertionError(failure);
            }
        });
    }

    @AfterEach
    void close() throws Exception {
        loop.close();
        thread.join(10_000);
    }

    @Test
    void a_job_is_counted_once_however_often_it_is_told() throws Exception {
        assertThat(tell(job(1), "succeeded", SECRET)).isEqualTo(204);
        assertThat(tell(job(1), "succeeded", SECRET)).isEqualTo(204);
        assertThat(tell(job(2), "failed", SECRET)).isEqualTo(204);
        var state = told.look(false);
        assertThat(state.jobs()).isEqualTo(2);
        assertThat(state.succeeded()).isEqualTo(1);
        assertThat(state.repeated()).isEqualTo(1);
        assertThat(state.verified()).isEqualTo(3);
        assertThat(state.forged()).isZero();
    }

    @Test
    void who_has_mapped_the_tally_sees_what_is_counted() throws Exception {
        var seen = Tally.read(folder.resolve("tally"));
        assertThat(seen.get()).isZero();
        tell(job(1), "succeeded", SECRET);
        tell(job(2), "succeeded", SECRET);
        assertThat(seen.get()).isEqualTo(2);
    }

    @Test
    void a_signature_by_another_secret_is_found_out() throws Exception {
        tell(job(1), "succeeded", OTHER);
        assertThat(told.look(false).forged()).isEqualTo(1);
    }

    @Test
    void the_time_in_the_jobs_id_gives_the_latency_until_it_begins_anew() throws Exception {
        tell(jobAt(System.currentTimeMillis() - 5_000), "succeeded", SECRET);
        var latency = told.look(true).latency();
        assertThat(latency.count()).isEqualTo(1);
        assertThat(latency.p50()).isBetween(4_900.0, 60_000.0);
        assertThat(told.look(false).latency().count()).isZero();
    }

    @Test
    void what_is_no_webhook_is_counted_apart() throws Exception {
        assertThat(post("/hooks/0", "{}", "msg_1", "v1,x", Instant.now())).isEqualTo(204);
        assertThat(post("/elsewhere", "{}", "msg_1", "v1,x", Instant.now())).isEqualTo(404);
        assertThat(told.look(false).unreadable()).isEqualTo(2);
    }

    @Test
    void a_bare_request_is_answered_like_a_submission_and_not_counted() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(post(WitnessLoop.BARE, "{}", "", "", Instant.now())).isEqualTo(202);
        }
        assertThat(told.look(false).jobs()).isZero();
        assertThat(told.look(false).unreadable()).isZero();
    }

    private int tell(String job, String end, String secret) throws Exception {
        var body = "{\"id\":\"evt_1\",\"object\":\"event\",\"created_at\":1,\"type\":\"job." + end
                + "\",\"data\":{\"id\":\"" + job + "\"}}";
        var now = Instant.now();
        return post(
                "/hooks/0",
                body,
                "msg_" + job,
                new Webhook(secret).sign("msg_" + job, now.getEpochSecond(), body),
                now);
    }

    private int post(String path, String body, String id, String signature, Instant at) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + loop.port() + path))
                .header("webhook-id", id)
                .header("webhook-timestamp", Long.toString(at.getEpochSecond()))
                .header("webhook-signature", signature)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private static String job(int number) {
        return "job_%032x".formatted(number);
    }

    private static String jobAt(long millis) {
        return "job_%012x7000800000000000000001".formatted(millis).substring(0, 36);
    }
}
