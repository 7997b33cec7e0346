package dev.millrace.quickstart.client;

import java.time.Instant;
import tools.jackson.databind.JsonNode;

/// One thing that happened to a job.
///
/// @param what   its name: `accepted`, `dispatched`, `delivered` …
/// @param detail what else is known of it, an object
public record TimelineEntry(Instant at, String what, JsonNode detail) {

    static TimelineEntry of(JsonNode json) {
        return new TimelineEntry(
                Instant.ofEpochMilli(json.path("at_ms").asLong(0)), Json.text(json, "what"), json.path("detail"));
    }
}
