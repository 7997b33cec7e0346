package dev.millrace.worker.execution;

import java.util.Locale;

/// The faults of the catalogue that can meet a call whose answer comes in one piece, by the simulator's words.
enum Fault {
    RATE_LIMITED("status=429~times=1", "rate_limited"),
    RATE_LIMITED_WITH_A_WAIT("status=429~retry-after=1~times=1", "rate_limited"),
    ONE_5XX("status=500~times=1", "provider_error"),
    MANY_5XX("status=503", "provider_error"),
    OVERLOADED_529("status=529", "provider_error"),
    RESET("reset=after-body", "connection_lost"),
    RESET_MID_ANSWER("reset=mid-body", "connection_lost"),
    SILENCE("silence", "timeout"),
    STALL("stall=40", "timeout"),
    CUT("cut=40", "connection_lost"),
    MALFORMED("body=garbage", "malformed_answer"),
    NO_FINISH("no-finish", "malformed_answer"),
    OK_WITH_AN_ERROR("body=error~status=500", "malformed_answer"),
    OK_WITH_HTML("body=html", "malformed_answer"),
    EMPTY("empty", "malformed_answer"),
    WRONG_KEY("error=invalid_api_key", "invalid_key"),
    QUOTA_GONE("error=insufficient_quota", "quota_exhausted"),
    CONTEXT_TOO_LONG("error=context_length_exceeded", "context_too_long"),
    CONTENT_REFUSED("error=content_refused", "content_refused"),
    FLAPPING("status=502~flap=1/1", "provider_error"),
    SLOW("latency=300ms", "succeeded"),
    NO_USAGE("usage=none", "succeeded");

    private final String behaviour;
    private final String outcome;

    Fault(String behaviour, String outcome) {
        this.behaviour = behaviour;
        this.outcome = outcome;
    }

    String upstream() {
        return "sim-chat~" + behaviour;
    }

    /// The class of the outcome of an attempt that meets it.
    String outcome() {
        return outcome;
    }

    String model() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
