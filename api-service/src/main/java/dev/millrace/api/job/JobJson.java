package dev.millrace.api.job;

import dev.millrace.api.http.Answer;
import dev.millrace.job.Job;
import tools.jackson.core.JsonGenerator;

/// A job as its caller sees it: always the same members, times in Unix seconds, what is absent as null.
public final class JobJson {

    private JobJson() {}

    public static void write(JsonGenerator to, Job job) {
        to.writeStartObject();
        to.writeStringProperty("id", job.id().toString());
        to.writeStringProperty("object", "job");
        to.writeStringProperty("kind", job.kind().word());
        to.writeStringProperty("status", job.status().word());
        to.writeStringProperty("model", job.model());
        to.writeNumberProperty("created_at", job.createdAt().getEpochSecond());
        Answer.time(to, "started_at", job.startedAt());
        Answer.time(to, "finished_at", job.finishedAt());
        Answer.time(to, "run_at", job.runAt());
        to.writeNumberProperty("sequence", job.sequence());
        to.writeNumberProperty("attempts", job.attempts());
        to.writeNumberProperty("progress", job.progress());
        error(to, job);
        usage(to, job);
        to.writeName("metadata");
        to.writeStartObject();
        job.metadata().forEach(to::writeStringProperty);
        to.writeEndObject();
        hold(to, job);
        to.writeEndObject();
    }

    private static void error(JsonGenerator to, Job job) {
        to.writeName("error");
        if (job.error().isEmpty()) {
            to.writeNull();
            return;
        }
        to.writeStartObject();
        to.writeStringProperty("code", job.error().get().code());
        to.writeStringProperty("message", job.error().get().message());
        to.writeEndObject();
    }

    private static void usage(JsonGenerator to, Job job) {
        to.writeName("usage");
        if (job.usage().isEmpty()) {
            to.writeNull();
        } else {
            to.writeRawValue(job.usage().get());
        }
    }

    private static void hold(JsonGenerator to, Job job) {
        to.writeName("hold");
        if (job.hold().isEmpty()) {
            to.writeNull();
            return;
        }
        var hold = job.hold().get();
        to.writeStartObject();
        to.writeStringProperty("reason", hold.reason());
        to.writeNumberProperty("since", hold.since().getEpochSecond());
        to.writeNumberProperty("attempt", hold.attempt());
        to.writeEndObject();
    }
}
