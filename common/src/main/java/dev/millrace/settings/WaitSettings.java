package dev.millrace.settings;

import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How many callers may wait for jobs.
///
/// @param most calls of one process that wait for a job (`Prefer: wait`); more are refused with 429
/// @param mostPerProject of these, most that are one project's
public record WaitSettings(
        @Min(1) @DefaultValue("4000") int most,
        @Min(1) @DefaultValue("1000") int mostPerProject) {}
