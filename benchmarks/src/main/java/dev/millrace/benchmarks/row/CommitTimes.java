package dev.millrace.benchmarks.row;

import dev.millrace.quickstart.platform.Platform;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/// When each job was committed, as PostgreSQL says (`track_commit_timestamp`): the moment at which the commit record is
/// written, before it is flushed.
public final class CommitTimes {

    private static final String COMMITS = """
            select convert_from(request, 'UTF8'), extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000000
            from job where id >= ?
            """;

    private CommitTimes() {}

    /// Of the jobs accepted since then, by the text that is asked of the model.
    ///
    /// @param sinceMillis Unix time
    /// @return microseconds since 1970
    public static Map<String, Long> byPrompt(Platform platform, long sinceMillis) {
        var times = new HashMap<String, Long>();
        try (var connection = platform.postgres().connect(Platform.DATABASE);
                var statement = connection.prepareStatement(COMMITS)) {
            statement.setObject(1, new UUID(sinceMillis << 16, 0));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    times.put(prompt(rows.getString(1)), rows.getBigDecimal(2).longValue());
                }
            }
            return times;
        } catch (SQLException failure) {
            throw new IllegalStateException("The commit times could not be read", failure);
        }
    }

    /// The prompt of a request as our load generator writes it.
    public static String prompt(String request) {
        for (var mark : new String[] {"\"content\":\"", "\"prompt\":\""}) {
            int at = request.indexOf(mark);
            if (at >= 0) {
                int from = at + mark.length();
                return request.substring(from, request.indexOf('"', from));
            }
        }
        return "";
    }
}
