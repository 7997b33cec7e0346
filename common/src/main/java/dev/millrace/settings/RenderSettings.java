package dev.millrace.settings;

import dev.millrace.backoff.Backoff;
import java.time.Duration;
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
        @DefaultValue("60s") Duration createDeadline,
        @DefaultValue("10s") Duration pollDeadline,
        @DefaultValue("5s") Duration pollEvery,
        @DefaultValue("5s") Duration clockSkew,
        @DefaultValue("5s") Duration lookupEvery,
        @DefaultValue("90s") Duration arrivalWindow,
        @DefaultValue("10m") Duration lookupFor,
        @DefaultValue("10m") Duration notFoundFor,
        @DefaultValue("10m") Duration fetchDeadline,
        @DefaultValue("1h") Duration fileLife,
        @DefaultValue("1s") Duration errorBase,
        @DefaultValue("1m") Duration errorCap) {

    public RenderSettings {
        if (arrivalWindow.compareTo(createDeadline) < 0) {
            throw new IllegalArgumentException(
                    "millrace.render.arrival-window must be at least create-deadline: a create may still be on its way");
        }
        if (lookupFor.compareTo(arrivalWindow) < 0) {
            throw new IllegalArgumentException("millrace.render.lookup-for must be at least arrival-window");
        }
    }

    public Backoff errors() {
        return new Backoff(errorBase, errorCap);
    }
}
