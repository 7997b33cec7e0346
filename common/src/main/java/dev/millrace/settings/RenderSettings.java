package dev.millrace.settings;

import dev.millrace.backoff.Backoff;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How renders are asked for, looked up, polled and fetched.
///
/// @param createDeadline for a create
/// @param pollDeadline for a poll or one page of a list
/// @param pollEvery between polls, where the provider states no rhythm
/// @param clockSkew a render of ours may seem to have been made this much before its intent
/// @param lookupEvery between lookups
/// @param arrivalWindow a create that is still on its way arrives within; "not found" counts only after it
/// @param lookupFor a lookup that could not be answered by then holds the job
/// @param notFoundFor an operation that the provider does not know for so long is lost
/// @param fetchDeadline for one try to fetch a file
/// @param fileLife how long the provider keeps a file
/// @param errorBase first wait after a failed poll or fetch
/// @param errorCap longest wait after failed polls or fetches
public record RenderSettings(
        @DurationMin(millis = 1) @DefaultValue("60s") Duration createDeadline,
        @DurationMin(millis = 1) @DefaultValue("10s") Duration pollDeadline,
        @DurationMin(millis = 1) @DefaultValue("5s") Duration pollEvery,
        @DurationMin(millis = 0) @DefaultValue("5s") Duration clockSkew,
        @DurationMin(millis = 1) @DefaultValue("5s") Duration lookupEvery,
        @DefaultValue("90s") Duration arrivalWindow,
        @DefaultValue("10m") Duration lookupFor,
        @DurationMin(millis = 0) @DefaultValue("10m") Duration notFoundFor,
        @DurationMin(millis = 1) @DefaultValue("10m") Duration fetchDeadline,
        @DurationMin(millis = 1) @DefaultValue("1h") Duration fileLife,
        @DurationMin(millis = 1) @DefaultValue("1s") Duration errorBase,
        @DefaultValue("1m") Duration errorCap) {

    public RenderSettings {
        if (arrivalWindow.compareTo(createDeadline) < 0) {
            throw new IllegalArgumentException(
                    "millrace.render.arrival-window must be at least create-deadline: a create may still be on its way");
        }
        if (lookupFor.compareTo(arrivalWindow) < 0) {
            throw new IllegalArgumentException("millrace.render.lookup-for must be at least arrival-window");
        }
        if (errorCap.compareTo(errorBase) < 0) {
            throw new IllegalArgumentException("millrace.render.error-cap must be at least error-base");
        }
    }

    public Backoff errors() {
        return new Backoff(errorBase, errorCap);
    }
}
