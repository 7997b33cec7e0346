package dev.millrace.quickstart.client;

import java.time.Instant;
import tools.jackson.databind.JsonNode;

/// One thing that happened to a job.
///
/// @param what   its name: `accepted`, `dispatched`, `delivery succeeded` …
/// @param detail what else is known of it, or an empty text
public record TimelineEntry(Instant at, String what, String detail) {

    static TimelineEntry of(JsonNode json) {
        return new TimelineEntry(
                Instant.ofEpochMilli(json.path("at_ms").asLong(0)), Json.text(json, "what"), Json.text(json, "detail"));
    }
}
