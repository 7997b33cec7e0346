package dev.millrace.job;

import java.util.Locale;

/// What a job asks for. Each kind has a lane of its own, so that long renders do not stand before short answers.
public enum JobKind {
    CHAT,
    VIDEO;

    /// The word on the wire and in the database; also the name of the kind's lane.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// @throws IllegalArgumentException for a word that is no kind
    public static JobKind of(String word) {
        for (var kind : values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("No kind of job: " + word);
    }
}
