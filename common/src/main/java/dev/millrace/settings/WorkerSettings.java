package dev.millrace.settings;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How much a worker takes on.
///
/// @param chatSlots chat calls at once; each takes some 40 KB of heap while it waits; where several providers share
///     them, one alone takes eight ninths at most
/// @param videoSlots video creates at once; a parked render has no slot; shared by providers as chat slots are
/// @param pollSlots polls and lookups of renders at once; shared by providers as chat slots are
/// @param pollsPerKey of these, most at once with one key of a provider
/// @param fetchSlots files fetched at once; each takes some 64 KB of heap; shared by providers as chat slots are, so
///     at least 9 where there are several: of fewer one that is slow would take all
/// @param chatDeadline for a whole chat call
/// @param drain how long a clean stop waits for calls
/// @param name in the list of workers; for people
public record WorkerSettings(
        @Min(1) @Max(100_000) @DefaultValue("2000") int chatSlots,
        @Min(1) @Max(10_000) @DefaultValue("200") int videoSlots,
        @Min(1) @Max(10_000) @DefaultValue("200") int pollSlots,
        @Min(1) @Max(10_000) @DefaultValue("100") int pollsPerKey,
        @Min(1) @Max(1_000) @DefaultValue("64") int fetchSlots,
        @DurationMin(millis = 1) @DefaultValue("10m") Duration chatDeadline,
        @DurationMin(millis = 0) @DefaultValue("30s") Duration drain,
        @NotBlank @DefaultValue("worker") String name) {}
