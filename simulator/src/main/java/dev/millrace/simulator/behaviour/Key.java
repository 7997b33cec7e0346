package dev.millrace.simulator.behaviour;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The words in which a behaviour is described.
public enum Key {
    // Pace and shape: hold for every request.
    LATENCY("latency", Role.SHAPE, Kind.RANGE),
    FIRST_TOKEN("first-token", Role.SHAPE, Kind.RANGE),
    GAP("gap", Role.SHAPE, Kind.RANGE),
    TOKENS("tokens", Role.SHAPE, Kind.COUNT),
    TEXT("text", Role.SHAPE, Kind.TEXT),
    TOOL("tool", Role.SHAPE, Kind.FLAG),
    CALLS("calls", Role.SHAPE, Kind.COUNT),
    THOUGHTS("thoughts", Role.SHAPE, Kind.COUNT),
    CACHED("cached", Role.SHAPE, Kind.COUNT),
    CACHE_WRITE("cache-write", Role.SHAPE, Kind.COUNT),
    RENDER("render", Role.SHAPE, Kind.RENDER_TIME),
    POLL_AFTER("poll-after", Role.SHAPE, Kind.DURATION),
    PROCESSING("processing", Role.SHAPE, Kind.RENDER_TIME),
    EXPIRES("expires", Role.SHAPE, Kind.DURATION),
    SIZE("size", Role.SHAPE, Kind.COUNT),
    TAG("tag", Role.SHAPE, Kind.TEXT),

    // Refusals in place of the work.
    STATUS("status", Role.FAULT, Kind.STATUS),
    ERROR("error", Role.FAULT, Kind.TEXT),
    CODE("code", Role.FAULT, Kind.TEXT),
    TYPE("type", Role.FAULT, Kind.TEXT),
    PARAM("param", Role.FAULT, Kind.TEXT),
    MESSAGE("message", Role.FAULT, Kind.TEXT),
    RETRY_AFTER("retry-after", Role.FAULT, Kind.TEXT),
    RETRY_AFTER_DATE("retry-after-date", Role.FAULT, Kind.DURATION),
    RETRY_AFTER_MS("retry-after-ms", Role.FAULT, Kind.COUNT),
    RETRY_INFO("retry-info", Role.FAULT, Kind.DURATION),
    SHOULD_RETRY("should-retry", Role.FAULT, Kind.FLAG),
    REFUSE("refuse", Role.SHAPE, Kind.TEXT),
    BODY("body", Role.FAULT, Kind.BODY),

    // The connection.
    RESET("reset", Role.FAULT, Kind.RESET_POINT),
    SILENCE("silence", Role.FAULT, Kind.FLAG),
    HANG_UP("hang-up", Role.FAULT, Kind.FLAG),
    CLOSE("close", Role.FAULT, Kind.FLAG),

    // Work done, answer lost.
    ACCEPT_THEN("accept-then", Role.FAULT, Kind.LOST_ANSWER),
    LATE_ACCEPT("late-accept", Role.FAULT, Kind.DURATION),

    // The answer's bytes.
    LENGTH("length", Role.FAULT, Kind.SIGNED),
    TRUNCATE("truncate", Role.FAULT, Kind.COUNT),
    DRIP("drip", Role.FAULT, Kind.DURATION),
    REDIRECT("redirect", Role.FAULT, Kind.TEXT),
    CONTENT_TYPE("content-type", Role.FAULT, Kind.TEXT),

    // The answer's sense.
    EMPTY("empty", Role.FAULT, Kind.FLAG),
    USAGE("usage", Role.FAULT, Kind.USAGE),
    FINISH("finish", Role.FAULT, Kind.TEXT),
    BLOCK("block", Role.FAULT, Kind.TEXT),
    REPEAT_ROLE("repeat-role", Role.FAULT, Kind.FLAG),
    ERROR_NULL("error-null", Role.FAULT, Kind.FLAG),
    STATE("state", Role.FAULT, Kind.TEXT),
    FAIL("fail", Role.FAULT, Kind.TEXT),
    FAIL_MESSAGE("fail-message", Role.FAULT, Kind.TEXT),
    FREE_FAILURE("free-failure", Role.SHAPE, Kind.FLAG),

    // Streams.
    STALL("stall", Role.FAULT, Kind.COUNT),
    CUT("cut", Role.FAULT, Kind.COUNT),
    END_AFTER("end-after", Role.FAULT, Kind.COUNT),
    MALFORMED("malformed", Role.FAULT, Kind.COUNT),
    BAD_CHUNK("bad-chunk", Role.FAULT, Kind.COUNT),
    ERROR_AT("error-at", Role.FAULT, Kind.COUNT),
    NO_DONE("no-done", Role.FAULT, Kind.FLAG),
    NO_FINISH("no-finish", Role.FAULT, Kind.FLAG),

    // How often.
    TIMES("times", Role.LIMIT, Kind.COUNT),
    AFTER("after", Role.LIMIT, Kind.COUNT),
    FLAP("flap", Role.LIMIT, Kind.FLAP),
    ERROR_RATE("error-rate", Role.LIMIT, Kind.RATIO),
    PER("per", Role.LIMIT, Kind.PER);

    /// What a key does to the answer.
    enum Role {
        /// Describes an answer that is in order.
        SHAPE,
        /// Spoils the answer.
        FAULT,
        /// Says which requests the faults are for.
        LIMIT
    }

    private static final Map<String, Key> BY_WORD =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Key::word, Function.identity()));

    private final String word;
    private final Role role;
    private final Kind kind;

    Key(String word, Role role, Kind kind) {
        this.word = word;
        this.role = role;
        this.kind = kind;
    }

    public String word() {
        return word;
    }

    Role role() {
        return role;
    }

    Kind kind() {
        return kind;
    }

    static @Nullable Key of(String word) {
        return BY_WORD.get(word);
    }
}
