package dev.millrace.fault;

import java.util.Locale;

/// The catalogue of what providers do, by the simulator's words, and the class of the outcome of an attempt that meets
/// it: asked for an answer in one piece, and asked for a stream. What only a stream can do is no fault of an answer in
/// one piece, which then is as it should be.
public enum Fault {
    RATE_LIMITED("status=429~times=1", "rate_limited"),
    RATE_LIMITED_WITH_A_WAIT("status=429~retry-after=4~times=1", "rate_limited"),
    ONE_5XX("status=500~times=1", "provider_error"),
    MANY_5XX("status=503", "provider_error"),
    OVERLOADED_529("status=529", "provider_error"),
    OVERLOADED_WITH_A_WAIT("status=529~retry-after=4~times=1", "provider_error"),
    RESET("reset=after-body", "connection_lost"),
    RESET_MID_ANSWER("reset=mid-body", "connection_lost"),
    SILENCE("silence", "timeout"),
    SLOW("latency=300ms", "succeeded"),
    SLOW_FIRST_TOKEN("first-token=300ms", "succeeded", "first-token=20s", "timeout"),
    STALL("stall=40", "timeout", "tokens=8~stall=3", "timeout"),
    CUT("cut=40", "connection_lost", "tokens=8~cut=3", "connection_lost"),
    MALFORMED("body=garbage", "malformed_answer"),
    MALFORMED_CHUNK("malformed=3", "succeeded", "tokens=8~malformed=3", "malformed_answer"),
    NO_FINISH("no-finish", "malformed_answer"),
    NO_END_MARKER("no-done", "succeeded", "no-done", "malformed_answer"),
    OK_WITH_AN_ERROR("body=error~status=500", "malformed_answer"),
    OK_WITH_HTML("body=html", "malformed_answer"),
    ERROR_FIRST("error-at=0", "succeeded", "error-at=0", "provider_error"),
    EMPTY("empty", "malformed_answer"),
    WRONG_KEY("error=invalid_api_key", "invalid_key"),
    QUOTA_GONE("error=insufficient_quota", "quota_exhausted"),
    CONTEXT_TOO_LONG("error=context_length_exceeded", "context_too_long"),
    CONTENT_REFUSED("error=content_refused", "content_refused"),
    FLAPPING("status=502~flap=1/1", "provider_error"),
    NO_USAGE("usage=none", "succeeded"),
    USAGE_ON_THE_FINISH("usage=finish", "succeeded");

    private final String whole;
    private final String wholeOutcome;
    private final String stream;
    private final String streamOutcome;

    Fault(String behaviour, String outcome) {
        this(behaviour, outcome, behaviour, outcome);
    }

    Fault(String whole, String wholeOutcome, String stream, String streamOutcome) {
        this.whole = whole;
        this.wholeOutcome = wholeOutcome;
        this.stream = stream;
        this.streamOutcome = streamOutcome;
    }

    /// The simulator's model that has it.
    public String upstream() {
        return "sim-chat~" + whole;
    }

    public String streamedUpstream() {
        return "sim-chat~" + stream;
    }

    public String outcome() {
        return wholeOutcome;
    }

    public String streamedOutcome() {
        return streamOutcome;
    }

    /// A name for a route to it.
    public String model() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
