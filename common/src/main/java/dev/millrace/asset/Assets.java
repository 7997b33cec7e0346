package dev.millrace.asset;

import dev.millrace.database.Database;
import dev.millrace.job.JobId;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Stored files as the database names them.
public final class Assets {

    private static final String OF_JOB = """
            select a.path, a.content_type, a.bytes, a.sha256, a.created_at
            from asset a join job j on j.id = a.job_id join job_end e on e.job_id = j.id
            where a.job_id = :id and j.project_id = :project and e.status = 'succeeded'
            order by a.attempt desc
            limit 1
            """;

    private static final String NAMED = "select path from asset where path = any (:paths)";

    private static final String MARK = """
            insert into platform_fact (name, value) values ('asset_store', :marker) on conflict (name) do nothing
            """;

    private static final String MARKER = "select value from platform_fact where name = 'asset_store'";

    /// @param sha256 lower-case hexadecimal
    public record Asset(String path, String contentType, long bytes, String sha256, Instant createdAt) {}

    private final Database database;

    public Assets(Database database) {
        this.database = database;
    }

    /// The output of a job that succeeded.
    public Optional<Asset> find(UUID project, JobId job) {
        return database.client()
                .sql(OF_JOB)
                .param("id", job.value())
                .param("project", project)
                .query((row, number) -> new Asset(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        HexFormat.of().formatHex(row.getBytes(4)),
                        row.getTimestamp(5).toInstant()))
                .optional();
    }

    /// Those of these paths that a row names.
    public Set<String> named(List<String> paths) {
        return Set.copyOf(database.client()
                .sql(NAMED)
                .param("paths", paths.toArray(String[]::new))
                .query(String.class)
                .list());
    }

    /// The marker of this database's store; the first to ask makes it.
    public String storeMarker() {
        database.client()
                .sql(MARK)
                .param("marker", UUID.randomUUID().toString())
                .update();
        return database.client().sql(MARKER).query(String.class).single();
    }
}
