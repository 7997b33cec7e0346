package dev.millrace.provider;

import java.util.Set;

/// A chat completion as its caller asked for it. Whether it is streamed is the adapter's method that is called, not
/// what the body says.
///
/// @param request the body of `POST /chat/completions`, a valid JSON object
/// @param model the name that the caller used; the answer echoes it
/// @param mayDrop parameters that may be left out where a target does not have them: the route's and the caller's
/// @param showUsage whether the caller asked for the usage of a stream (`stream_options.include_usage`)
public record ChatCall(byte[] request, String model, Set<String> mayDrop, boolean showUsage) {

    /// A call that is answered in one piece and lets nothing go.
    public static ChatCall whole(byte[] request, String model) {
        return new ChatCall(request, model, Set.of(), false);
    }
}
