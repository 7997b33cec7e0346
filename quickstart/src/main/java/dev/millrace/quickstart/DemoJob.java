package dev.millrace.quickstart;

import dev.millrace.quickstart.client.CallFailed;
import dev.millrace.quickstart.client.Job;
import dev.millrace.quickstart.client.JobsClient;
import dev.millrace.quickstart.client.TimelineEntry;
import dev.millrace.quickstart.client.WebhookReceiver;
import dev.millrace.quickstart.process.CannotContinue;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/// One job of the demonstration, from its submission to the last line of its timeline.
final class DemoJob {

    /// How long one call waits for the job's next change of state. Of its progress no call is told.
    private static final Duration ONE_WAIT = Duration.ofSeconds(1);

    private static final Duration DELIVERY_WRITTEN = Duration.ofSeconds(5);

    private final Console console;
    private final JobsClient client;
    private final Job submitted;
    private final long since = System.nanoTime();

    private DemoJob(Console console, JobsClient client, Job submitted) {
        this.console = console;
        this.client = client;
        this.submitted = submitted;
        console.line("POST /v1/jobs  %-5s  %-9s  202  %s", submitted.kind(), submitted.model(), submitted.id());
    }

    /// Submits a job as a program should: with an idempotency key, so that it may ask again when the platform is not up
    /// to it for a moment, without fear of a second job.
    static DemoJob submit(
            Console console, JobsClient client, String kind, Map<String, ?> request, URI webhook, Duration time) {
        var body = Map.of("kind", kind, "request", request, "webhook_url", webhook.toString());
        var headers = Map.of("idempotency-key", "demo-" + kind + "-" + UUID.randomUUID());
        long deadline = System.nanoTime() + time.toNanos();
        while (true) {
            try {
                return new DemoJob(console, client, client.submit(body, headers));
            } catch (CallFailed failure) {
                if (!failure.isPassing() || System.nanoTime() > deadline) {
                    throw failure;
                }
                console.line("  %s Asking again.", failure.sentence());
                LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            }
        }
    }

    /// Shows how the jobs go until all have ended or the time is over, and gives them as they are then.
    static List<Job> followTogether(List<DemoJob> jobs, Duration time) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var following = new ArrayList<Future<Job>>();
            jobs.forEach(job -> following.add(threads.submit(() -> job.follow(time))));
            var ended = new ArrayList<Job>();
            for (var future : following) {
                ended.add(future.get());
            }
            return ended;
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CannotContinue("Interrupted while following the jobs.", interrupted);
        }
    }

    void printAnswer() {
        var content =
                client.result(submitted.id()).at("/choices/0/message/content").asString("");
        if (content.isEmpty()) {
            throw new CannotContinue("The chat job succeeded, but its result has no content.");
        }
        console.line("answer  %s", content.length() > 100 ? content.substring(0, 100) + " …" : content);
    }

    void saveFile(Path file) {
        client.download(submitted.id(), file);
        try {
            var bytes = Files.readAllBytes(file);
            // The box that begins every MP4 file: four bytes of length, then its name.
            if (bytes.length < 12 || !new String(bytes, 4, 4, StandardCharsets.ISO_8859_1).equals("ftyp")) {
                throw new CannotContinue("What the video job made is no MP4: " + file + ".");
            }
            console.line("video   %s", file);
            console.line("        %,d bytes, sha256 %s", bytes.length, sha256(bytes));
        } catch (IOException unreadable) {
            throw CannotContinue.because("The file " + file + " cannot be read", unreadable);
        }
    }

    /// @throws CannotContinue if none arrives in time, or its signature is wrong
    void expectWebhook(WebhookReceiver receiver, Duration time) {
        var webhook = receiver.await(received -> received.jobId().equals(submitted.id()), time)
                .orElseThrow(() -> new CannotContinue("No webhook arrived for the %s job %s within %d s."
                        .formatted(submitted.kind(), submitted.id(), time.toSeconds())));
        if (!webhook.verified()) {
            throw new CannotContinue("The webhook of the %s job %s has a signature that does not verify."
                    .formatted(submitted.kind(), submitted.id()));
        }
        console.line("webhook %-5s  %s  %s  signature verified", submitted.kind(), webhook.type(), webhook.id());
    }

    void printTimeline() {
        var entries = timelineWithDelivery();
        console.line("");
        console.line("timeline of the %s job %s", submitted.kind(), submitted.id());
        if (entries.isEmpty()) {
            throw new CannotContinue("The timeline of the job " + submitted.id() + " is empty.");
        }
        var start = entries.getFirst().at();
        for (var entry : entries) {
            console.line(
                    "  %+7d ms  %-22s %s",
                    Duration.between(start, entry.at()).toMillis(), entry.what(), entry.detail());
        }
    }

    /// The delivery is written once the receiver's answer is read, which may be a moment after it arrived here.
    private List<TimelineEntry> timelineWithDelivery() {
        long deadline = System.nanoTime() + DELIVERY_WRITTEN.toNanos();
        while (true) {
            var entries = client.timeline(submitted.id());
            if (entries.stream().anyMatch(entry -> entry.what().startsWith("delivery"))
                    || System.nanoTime() > deadline) {
                return entries;
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private Job follow(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        var shown = "";
        var job = submitted;
        while (true) {
            var now =
                    job.isFinished() || job.progress() == 0 ? job.status() : job.status() + " " + job.progress() + " %";
            if (!now.equals(shown)) {
                console.line("  %6.2f s  %-5s  %s", (System.nanoTime() - since) / 1e9, submitted.kind(), now);
                shown = now;
            }
            if (job.isFinished() || job.isHeld() || System.nanoTime() > deadline) {
                return job;
            }
            job = client.awaitChange(job.id(), job.sequence(), ONE_WAIT);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
