package dev.millrace.job;

import dev.millrace.database.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Finds the ids of a page of a list. What is read must not grow with the number of jobs that have ended, whatever the
/// filter: each condition on them is an index in the order of the ids, and where there are several, a walk leaps from
/// one to the other, so that it takes as many steps as the rarest condition has jobs, not the commonest.
///
/// Conditions that are both common and hardly ever met together would make the walk long. It stops after a number of
/// steps, and says where the next page goes on.
final class JobLists {

    /// A step is some index probes, about ten microseconds in all.
    private static final int MOST_STEPS = 3_000;

    private static final String OF_KIND = """
            (select id from job
             where project_id = :project and kind = '%s' and id < :after
             order by id desc limit :limit)
            """;

    private static final String ENDED = """
            (select job_id as id from job_end
             where project_id = :project and status = :status and kind = '%s' and job_id < :after
             order by job_id desc limit :limit)
            """;

    private static final String WITH_PAIR = """
            (select job_id as id from job_metadata
             where project_id = :project and key = :key0 and value = :value0 and kind = '%s' and job_id < :after
             order by job_id desc limit :limit)
            """;

    private static final String QUEUED = """
            (select job_id as id from job_backlog where project_id = :project and lane in (:kinds) and job_id < :after
             %1$s)
            union all
            (select job_id from job_dispatch where project_id = :project and lane in (:kinds) and job_id < :after
             %1$s)
            """;

    private static final String RUNNING = """
            (select job_id as id from job_run where project_id = :project and lane in (:kinds) and job_id < :after
             %s)
            """;

    private static final String NEWEST = "order by job_id desc limit :limit";

    // The limit of one keeps each probe a probe: joined as a set, all jobs that ever had the pair would be read.
    private static final String HAS_PAIR = """
            cross join lateral (select 1 from job_metadata
                                where project_id = :project and key = :key%1$d and value = :value%1$d
                                  and kind = u.kind and job_id = u.id limit 1) p%1$d
            """;

    private static final String UNFINISHED_WITH_PAIRS = """
            with unfinished as materialized (%s)
            select u.id
            from (select f.id, j.kind from unfinished f join job j on j.id = f.id order by f.id desc) u %s
            order by u.id desc
            limit :limit
            """;

    private static final String NEXT_WITH_PAIR = """
            (select job_id from job_metadata
             where project_id = :project and key = :key%1$d and value = :value%1$d and kind = '%2$s' and job_id <= %3$s
             order by job_id desc limit 1)
            """;

    private static final String NEXT_ENDED = """
            (select job_id from job_end
             where project_id = :project and status = :status and kind = '%1$s' and job_id <= %2$s
             order by job_id desc limit 1)
            """;

    // From a bound downwards, each condition names its next job at or below that of the one before. If the last names
    // the same as the first, they all do: a hit. If not, nothing above it can be one. The hit itself is left behind.
    private static final String WALK = """
            with recursive walk (bound, hit, step) as (
                select :after::uuid, :after::uuid, 0
                union all
                select %2$s.job_id, case when %2$s.job_id = s0.job_id then s0.job_id end, w.step + 1
                from walk w %1$s
                where w.step < :steps
            )
            select bound, hit, step from walk where step > 0 and (hit is not null or step = :steps) limit :limit
            """;

    private static final UUID LAST = new UUID(-1, -1);

    private final Database database;
    private final int mostSteps;

    JobLists(Database database) {
        this(database, MOST_STEPS);
    }

    /// @param mostSteps of a walk for one page
    JobLists(Database database, int mostSteps) {
        this.database = database;
        this.mostSteps = mostSteps;
    }

    /// @param ids newest first
    /// @param goesOnBelow where a page that is not full goes on; empty where nothing follows it
    record Found(List<UUID> ids, Optional<UUID> goesOnBelow) {}

    /// What is asked for, in the words of the statements.
    private record Question(
            UUID project,
            List<String> kinds,
            @Nullable JobStatus status,
            List<Map.Entry<String, String>> pairs,
            UUID after,
            int limit) {

        static Question of(UUID project, JobFilter filter, int limit) {
            var kinds = filter.kind().map(List::of).orElse(List.of(JobKind.values())).stream()
                    .map(JobKind::word)
                    .toList();
            return new Question(
                    project,
                    kinds,
                    filter.status().orElse(null),
                    List.copyOf(filter.metadata().entrySet()),
                    filter.after().map(JobId::value).orElse(LAST),
                    limit);
        }

        boolean unfinished() {
            return status == JobStatus.QUEUED || status == JobStatus.RUNNING;
        }

        String eachKind(UnaryOperator<String> scan) {
            return kinds.stream().map(scan).collect(Collectors.joining(" union all "));
        }
    }

    /// @param limit most ids
    Found newest(UUID project, JobFilter filter, int limit) {
        var question = Question.of(project, filter, limit);
        if (question.pairs().isEmpty()) {
            return whole(page(question, scans(question)));
        }
        if (question.unfinished()) {
            return whole(unfinishedWithPairs(question));
        }
        if (question.pairs().size() == 1 && question.status() == null) {
            return whole(page(question, question.eachKind(WITH_PAIR::formatted)));
        }
        return walk(question);
    }

    private static Found whole(List<UUID> ids) {
        return new Found(ids, Optional.empty());
    }

    private static String scans(Question question) {
        if (question.status() == null) {
            return question.eachKind(OF_KIND::formatted);
        }
        return switch (question.status()) {
            case QUEUED -> QUEUED.formatted(NEWEST);
            case RUNNING -> RUNNING.formatted(NEWEST);
            case SUCCEEDED, FAILED, CANCELLED, EXPIRED -> question.eachKind(ENDED::formatted);
        };
    }

    private List<UUID> page(Question question, String scans) {
        return statement(question, "select id from (" + scans + ") page order by id desc limit :limit")
                .param("after", question.after())
                .param("limit", question.limit())
                .query(UUID.class)
                .list();
    }

    private List<UUID> unfinishedWithPairs(Question question) {
        var probes = new StringBuilder();
        for (int i = 0; i < question.pairs().size(); i++) {
            probes.append(HAS_PAIR.formatted(i));
        }
        var rows = (question.status() == JobStatus.QUEUED ? QUEUED : RUNNING).formatted("");
        return statement(question, UNFINISHED_WITH_PAIRS.formatted(rows, probes))
                .param("after", question.after())
                .param("limit", question.limit())
                .query(UUID.class)
                .list();
    }

    private record Step(UUID bound, @Nullable UUID hit, int step) {}

    private Found walk(Question question) {
        var steps = statement(question, walkSql(question))
                .param("after", question.after())
                .param("limit", question.limit())
                .param("steps", mostSteps)
                .query((row, number) ->
                        new Step(row.getObject(1, UUID.class), row.getObject(2, UUID.class), row.getInt(3)))
                .list();
        var hits = new ArrayList<UUID>();
        for (var step : steps) {
            if (step.hit() != null) {
                hits.add(step.hit());
            }
        }
        boolean stopped = hits.size() < question.limit()
                && !steps.isEmpty()
                && steps.getLast().step() == mostSteps;
        return stopped ? new Found(hits, Optional.of(below(steps.getLast()))) : whole(hits);
    }

    /// Above all that has not been looked at: the bound of a step without a hit may be one itself.
    private static UUID below(Step last) {
        var bound = last.bound();
        if (bound.equals(last.hit())) {
            return bound;
        }
        long low = bound.getLeastSignificantBits() + 1;
        return new UUID(bound.getMostSignificantBits() + (low == 0 ? 1 : 0), low);
    }

    private static String walkSql(Question question) {
        var sources = new StringBuilder();
        int last = question.pairs().size() - 1;
        for (int i = 0; i <= last; i++) {
            int pair = i;
            var bound = i == 0 ? "w.bound and job_id is distinct from w.hit" : "s" + (i - 1) + ".job_id";
            sources.append(source(i, question.eachKind(kind -> NEXT_WITH_PAIR.formatted(pair, kind, bound))));
        }
        if (question.status() != null) {
            last++;
            var bound = "s" + (last - 1) + ".job_id";
            sources.append(source(last, question.eachKind(kind -> NEXT_ENDED.formatted(kind, bound))));
        }
        return WALK.formatted(sources, "s" + last);
    }

    private static String source(int number, String probes) {
        return " cross join lateral (select job_id from (" + probes + ") k order by job_id desc limit 1) s" + number;
    }

    private JdbcClient.StatementSpec statement(Question question, String sql) {
        var statement = database.client()
                .sql(sql)
                .param("project", question.project())
                .param("kinds", question.kinds())
                .param(
                        "status",
                        question.status() == null ? null : question.status().word());
        for (int i = 0; i < question.pairs().size(); i++) {
            statement = statement
                    .param("key" + i, question.pairs().get(i).getKey())
                    .param("value" + i, question.pairs().get(i).getValue());
        }
        return statement;
    }
}
