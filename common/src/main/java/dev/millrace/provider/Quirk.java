package dev.millrace.provider;

/// What an endpoint does otherwise than its wire format says.
public enum Quirk {
    /// Its streams end without `data: [DONE]`; the finish reasons are the end marker.
    NO_DONE,
    /// It refuses `stream_options`, so the usage of its streams is a guess.
    NO_USAGE_OPTION,
    /// Its reasoning models take `max_completion_tokens` only: `max_tokens` is sent under that name.
    MAX_COMPLETION_TOKENS,
    /// It gives one choice, however many are wanted (`n`): an answer with fewer is whole all the same.
    ONE_CHOICE,
    /// It takes the create of a video as a form only, not as JSON.
    FORM_VIDEOS
}
