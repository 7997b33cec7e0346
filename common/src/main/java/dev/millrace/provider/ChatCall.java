package dev.millrace.provider;

import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// A chat completion as its caller asked for it. Whether it is streamed is the adapter's method that is called, not
/// what the body says.
///
/// @param request the body of `POST /chat/completions`, a valid JSON object
/// @param model the name that the caller used; the answer echoes it
/// @param mayDrop parameters that may be left out where a target does not have them: the route's and the caller's
/// @param showUsage whether the caller asked for the usage of a stream (`stream_options.include_usage`)
/// @param departure is told which of them are left out, as the last act before the request's first byte: whatever comes
///     of the call, it was made without them
public record ChatCall(
        byte[] request, String model, Set<String> mayDrop, boolean showUsage, Consumer<List<String>> departure) {

    /// A call of which nobody asks what was left out of it.
    public ChatCall(byte[] request, String model, Set<String> mayDrop, boolean showUsage) {
        this(request, model, mayDrop, showUsage, dropped -> {});
    }

    /// A call that is answered in one piece and lets nothing go.
    public static ChatCall whole(byte[] request, String model) {
        return new ChatCall(request, model, Set.of(), false);
    }

    /// The same call, as one attempt makes it.
    public ChatCall telling(Consumer<List<String>> departure) {
        return new ChatCall(request, model, mayDrop, showUsage, departure);
    }

    /// The last check of a request that may go at any time: it only tells that it goes.
    ///
    /// @param dropped what was left out
    public BooleanSupplier lastCheck(List<String> dropped) {
        return () -> {
            departure.accept(dropped);
            return true;
        };
    }
}
