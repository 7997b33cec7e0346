package dev.millrace.quickstart.client;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The jobs API, as a program of one project would call it. Methods throw [CallFailed] for every answer that is not
/// 2xx.
public final class JobsClient {

    private final Http http;

    /// @param base   such as `http://127.0.0.1:8080`
    /// @param apiKey a project's key
    public JobsClient(URI base, String apiKey) {
        http = new Http(base, apiKey);
    }

    /// Submits a job.
    ///
    /// @param kind    `chat` or `video`
    /// @param request the OpenAI body
    public Job submit(String kind, Map<String, ?> request, @Nullable URI webhook) {
        var body = new LinkedHashMap<String, Object>();
        body.put("kind", kind);
        body.put("request", request);
        if (webhook != null) {
            body.put("webhook_url", webhook.toString());
        }
        return submit(body, Map.of());
    }

    /// Submits a job with a body and headers of the caller's own, such as `Idempotency-Key`.
    public Job submit(Map<String, ?> body, Map<String, String> headers) {
        return Job.of(http.post("/v1/jobs", body, headers));
    }

    /// The project's latest jobs.
    public List<Job> list(int limit) {
        return http.get("/v1/jobs?limit=" + limit)
                .path("data")
                .valueStream()
                .map(Job::of)
                .toList();
    }

    public Job job(String id) {
        return Job.of(http.get("/v1/jobs/" + id));
    }

    /// The job once its sequence has passed `sequence`, or as it is when the time is over.
    public Job awaitChange(String id, long sequence, Duration time) {
        return Job.of(http.get(
                "/v1/jobs/" + id + "?after_sequence=" + sequence,
                Map.of("prefer", "wait=" + Math.max(1, time.toSeconds())),
                time.plusSeconds(10)));
    }

    /// The job when it has ended, or as it is when the time is over.
    public Job awaitEnd(String id, Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        var job = job(id);
        while (!job.isFinished() && System.nanoTime() < deadline) {
            var left = Duration.ofNanos(deadline - System.nanoTime());
            job = awaitChange(
                    id, job.sequence(), left.compareTo(Duration.ofSeconds(10)) > 0 ? Duration.ofSeconds(10) : left);
        }
        return job;
    }

    public Job cancel(String id) {
        return Job.of(http.post("/v1/jobs/" + id + "/cancel", null, Map.of()));
    }

    public JsonNode attempts(String id) {
        return http.get("/v1/jobs/" + id + "/attempts");
    }

    public JsonNode result(String id) {
        return http.get("/v1/jobs/" + id + "/result");
    }

    public List<TimelineEntry> timeline(String id) {
        return http.get("/v1/jobs/" + id + "/timeline")
                .path("data")
                .valueStream()
                .map(TimelineEntry::of)
                .toList();
    }

    /// Writes the finished file to `file`.
    public void download(String id, Path file) {
        http.download("/v1/jobs/" + id + "/content", file);
    }
}
