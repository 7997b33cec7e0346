package dev.millrace.job;

import java.util.Locale;

/// What an attempt has come to: `started → accepted | succeeded | failed | indeterminate | abandoned`;
/// `accepted → succeeded | failed | abandoned`; `indeterminate → accepted | failed | abandoned`.
public enum AttemptStatus {
    STARTED,
    ACCEPTED,
    SUCCEEDED,
    FAILED,
    INDETERMINATE,
    ABANDONED;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
