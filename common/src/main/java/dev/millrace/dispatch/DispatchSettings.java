package dev.millrace.dispatch;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How much of the work in hand is in flight through Kafka.
///
/// @param room most jobs of a lane that are dispatched and not yet claimed, whoever dispatched them; from a backlog,
///     no more than are taken up in a quarter of a second. Up to half of it is for jobs that are dispatched with their
///     acceptance, an eighth while there is a backlog
/// @param projectActive most jobs of a project that are dispatched or running in a lane, unless the project has its own
///     limit
/// @param unclaimedFor a job dispatched for longer may be claimed by any worker with room, token or not
/// @param partitions partitions of a lane's topic, when it is made
/// @param replicas replicas of a topic, when it is made
/// @param ramp how many jobs of a lane, and how many polls of renders by a worker, are released in the first second
///     after an outage; doubles each second
public record DispatchSettings(
        @Min(1) @Max(100_000) @DefaultValue("512") int room,
        @Min(1) @DefaultValue("10000") int projectActive,
        @DurationMin(millis = 1) @DefaultValue("1s") Duration unclaimedFor,
        @Min(1) @Max(1_000) @DefaultValue("8") int partitions,
        @Min(1) @Max(10) @DefaultValue("1") int replicas,
        @Min(1) @DefaultValue("200") int ramp) {}
