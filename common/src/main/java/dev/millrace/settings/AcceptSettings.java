package dev.millrace.settings;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// How submissions are taken in.
///
/// @param mostBody larger bodies are refused before they are parsed
/// @param mostDepth deepest nesting of JSON
/// @param writers batches that are committed at once
/// @param mostBatch most submissions in one commit
/// @param mostWaiting most submissions that wait for a commit, eight ninths of them one project's; more are refused
///     with 429
/// @param mostHeld bytes of submissions that one process holds at once, eight ninths of them one project's, each as
///     8 KB at least; what would pass it is refused with 429; never more than a quarter of the heap
/// @param within a submission that is not committed so long after its body came is answered with 503
/// @param mostQueuedPerProject most jobs of a project that wait; more are refused with 429
public record AcceptSettings(
        @DefaultValue("1MB") DataSize mostBody,
        @Min(1) @Max(500) @DefaultValue("64") int mostDepth,
        @Min(1) @Max(16) @DefaultValue("2") int writers,
        @Min(1) @Max(1_000) @DefaultValue("128") int mostBatch,
        @Min(1) @DefaultValue("2048") int mostWaiting,
        @DefaultValue("32MB") DataSize mostHeld,
        @DurationMin(millis = 1) @DefaultValue("1500ms") Duration within,
        @Min(1) @DefaultValue("500000") int mostQueuedPerProject) {

    public AcceptSettings {
        if (mostBody.toBytes() <= 0 || mostBody.toBytes() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("millrace.accept.most-body must be more than 0 and less than 2GB");
        }
        if (mostHeld.compareTo(mostBody) < 0) {
            throw new IllegalArgumentException("millrace.accept.most-held must be at least millrace.accept.most-body");
        }
    }
}
