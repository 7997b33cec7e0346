package dev.millrace.benchmarks.witness;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import dev.millrace.benchmarks.machine.Latencies;
import dev.millrace.benchmarks.wire.HttpMessages;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.HdrHistogram.Histogram;

/// Counts webhooks. One thread writes, others may look.
final class Told {

    private static final byte[] JOB = "\"id\":\"job_".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SUCCEEDED = "\"job.succeeded\"".getBytes(StandardCharsets.US_ASCII);
    private static final long LONGEST_MICROS = 3_600_000_000L;
    private static final List<Long> MARKS = List.of(10_000L, 20_000L, 40_000L, 60_000L, 80_000L, 100_000L);

    private final int checkEvery;
    private final Tally tally;
    private final IdSet jobs = new IdSet();
    private final List<Webhook> secrets = new CopyOnWriteArrayList<>();
    private final Histogram latency = new Histogram(LONGEST_MICROS, 3);
    private final Map<Long, Double> toldAfter = new TreeMap<>();
    private long beganAt;
    private long received;
    private long succeeded;
    private long repeated;
    private long verified;
    private long forged;
    private long unreadable;

    /// @param checkEvery one signature of so many is checked, the first among them
    Told(int checkEvery, Tally tally) {
        this.checkEvery = checkEvery;
        this.tally = tally;
    }

    /// Checks signatures on the path `/hooks/N` with the Nth of these from now on.
    void trust(List<String> newSecrets) {
        secrets.clear();
        for (var secret : newSecrets) {
            try {
                secrets.add(new Webhook(secret));
            } catch (EmptyWebhookSecretException empty) {
                throw new IllegalArgumentException("No secret", empty);
            }
        }
    }

    synchronized void receive(HttpMessages request, int project) {
        long number = received++;
        if (number == 0) {
            beganAt = System.nanoTime();
        }
        int at = request.find(JOB) + JOB.length;
        if (at < JOB.length || at + 32 > request.bodyEnd()) {
            unreadable++;
            return;
        }
        long high = hex(request.bytes(), at);
        long low = hex(request.bytes(), at + 16);
        if (jobs.add(high, low)) {
            countFirst(request, high);
        } else {
            repeated++;
        }
        if (number % checkEvery == 0) {
            check(request, project);
        }
    }

    synchronized void unreadable() {
        unreadable++;
    }

    private void countFirst(HttpMessages request, long high) {
        long now = System.currentTimeMillis();
        latency.recordValue(Math.clamp((now - (high >>> 16)) * 1_000, 0, LONGEST_MICROS));
        if (request.find(SUCCEEDED) >= 0) {
            succeeded++;
        }
        long count = jobs.size();
        if (MARKS.contains(count)) {
            toldAfter.put(count, (System.nanoTime() - beganAt) / 1e9);
        }
        tally.set(count);
    }

    private void check(HttpMessages request, int project) {
        var headers = new TreeMap<String, List<String>>();
        for (var name : List.of("webhook-id", "webhook-timestamp", "webhook-signature")) {
            var value = request.header(name);
            headers.put(name, value == null ? List.of() : List.of(value));
        }
        try {
            if (project < 0 || project >= secrets.size()) {
                throw new WebhookVerificationException("No secret for project " + project);
            }
            secrets.get(project).verify(request.body(), headers);
            verified++;
        } catch (WebhookVerificationException wrong) {
            forged++;
        }
    }

    /// What was told until now.
    ///
    /// @param anew whether the latencies begin anew after this
    synchronized WitnessState look(boolean anew) {
        var since = Latencies.of(latency);
        if (anew) {
            latency.reset();
        }
        return new WitnessState(
                System.nanoTime(),
                jobs.size(),
                succeeded,
                repeated,
                verified,
                forged,
                unreadable,
                since,
                new TreeMap<>(toldAfter));
    }

    private static long hex(byte[] bytes, int from) {
        long value = 0;
        for (int i = from; i < from + 16; i++) {
            value = value << 4 | Character.digit(bytes[i], 16) & 0xf;
        }
        return value;
    }
}
