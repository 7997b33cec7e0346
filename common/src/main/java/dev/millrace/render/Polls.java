package dev.millrace.render;

import java.sql.Timestamp;
import org.jspecify.annotations.Nullable;

/// How often a provider was asked how far a render is, when for the first time and when for the last.
record Polls(
        @Nullable Integer number,
        @Nullable Timestamp first,
        @Nullable Timestamp last) {

    static final Polls NONE = new Polls(null, null, null);
}
