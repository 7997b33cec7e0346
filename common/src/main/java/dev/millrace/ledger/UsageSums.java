package dev.millrace.ledger;

import dev.millrace.database.Database;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What a project has used and spent, by model, key or day. Entries that are not rolled up yet count, so a sum holds
/// each attempt that has been committed.
public final class UsageSums {

    private static final String SUMS = """
            with all_of_it as (
                select day, model, key_id, attempts, unknown, tokens_in, tokens_out, tokens_cached, seconds, cost,
                       unaccounted
                from usage_day where project_id = :project and day between :from and :to
                union all
                select day, model, key_id, attempts, unknown, tokens_in, tokens_out, tokens_cached, seconds, cost,
                       unaccounted
                from usage_entry where project_id = :project and day between :from and :to
            )
            select %1$s as part, sum(attempts) as attempts, sum(unknown) as unknown,
                   sum(tokens_in) as tokens_in, sum(tokens_out) as tokens_out, sum(tokens_cached) as tokens_cached,
                   sum(seconds) as seconds, sum(cost) as cost, sum(unaccounted) as unaccounted
            from all_of_it
            group by %1$s
            order by %2$s
            limit :limit
            """;

    /// By what sums are told apart.
    public enum By {
        MODEL("model", "sum(cost) + sum(unaccounted) desc, model"),
        KEY("key_id", "sum(cost) + sum(unaccounted) desc, key_id"),
        DAY("day", "day");

        private final String column;
        private final String order;

        By(String column, String order) {
            this.column = column;
            this.order = order;
        }

        String sql() {
            return SUMS.formatted(column, order);
        }
    }

    /// @param part the model, the key's id or the day; absent for what belongs to none
    /// @param unknown attempts whose cost nobody knows, or which have no price; they are in no cost
    /// @param cost in US dollars
    /// @param unaccounted what was drawn ahead for interactive calls by an instance that was then killed: spent at
    ///     most
    public record Sum(
            Optional<String> part,
            long attempts,
            long unknown,
            long tokensIn,
            long tokensOut,
            long tokensCached,
            BigDecimal seconds,
            BigDecimal cost,
            BigDecimal unaccounted) {}

    private final Database database;

    public UsageSums(Database database) {
        this.database = database;
    }

    /// @param from first day, in UTC
    /// @param to last day
    public List<Sum> sums(UUID project, LocalDate from, LocalDate to, By by, int limit) {
        return database.client()
                .sql(by.sql())
                .param("project", project)
                .param("from", from)
                .param("to", to)
                .param("limit", limit)
                .query((row, number) -> new Sum(
                        Optional.ofNullable(row.getString("part")),
                        row.getLong("attempts"),
                        row.getLong("unknown"),
                        row.getLong("tokens_in"),
                        row.getLong("tokens_out"),
                        row.getLong("tokens_cached"),
                        row.getBigDecimal("seconds"),
                        row.getBigDecimal("cost"),
                        row.getBigDecimal("unaccounted")))
                .list();
    }
}
