package dev.millrace.database;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/// Tells failures of the database from failures of what it was given (SQLSTATE classes of PostgreSQL's appendix A).
public final class Failures {

    private Failures() {}

    /// The database could not be reached, went away, is starting or stopping, or gave a transaction up for another's
    /// sake. If a commit was under way, nobody knows whether it happened; in any case it can be asked again later.
    public static boolean unreachable(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientConnectionException || cause instanceof SQLRecoverableException) {
                return true;
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                var state = sql.getSQLState();
                return state.startsWith("08")
                        || state.startsWith("57P")
                        || state.startsWith("53")
                        || state.startsWith("40");
            }
        }
        return false;
    }

    /// The database refused a value or a row: a NUL in a text, a check, a key. Its neighbours may be fine.
    public static boolean refusedRow(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                var state = sql.getSQLState();
                return state.startsWith("22") || state.startsWith("23") || state.startsWith("21");
            }
        }
        return false;
    }
}
