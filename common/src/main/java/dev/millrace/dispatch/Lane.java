package dev.millrace.dispatch;

import dev.millrace.job.JobKind;

/// The topic for a kind of work, and the tokens on it. A token is the sixteen bytes of a job's id: everything else
/// is read from the database, under its project, so a forged token is worth nothing.
public final class Lane {

    private static final String PREFIX = "millrace.dispatch.";

    private Lane() {}

    public static String topic(JobKind kind) {
        return PREFIX + kind.word();
    }
}
