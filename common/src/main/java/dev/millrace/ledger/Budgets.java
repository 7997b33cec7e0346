package dev.millrace.ledger;

import dev.millrace.database.Database;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// What projects may spend in a calendar month, and what is left of it.
public final class Budgets {

    /// A project's budget as it stands.
    ///
    /// @param monthly what it may spend in this month, in US dollars
    /// @param spent what its ended attempts of this month have cost
    /// @param reserved what its unfinished jobs are estimated to cost
    /// @param drawn what instances have drawn ahead for interactive calls
    public record Standing(BigDecimal monthly, BigDecimal spent, BigDecimal reserved, BigDecimal drawn) {

        /// Below zero where attempts have cost more than was estimated, or where the budget was lowered.
        public BigDecimal left() {
            return monthly.subtract(spent).subtract(reserved).subtract(drawn);
        }
    }

    // In one order, so that two who need the same budgets wait for each other and never in a circle.
    private static final String LOCK = """
            select project_id from budget where project_id = any (?::uuid[]) order by project_id for update
            """;

    // One snapshot: a settlement that commits meanwhile is seen either as its reservation or as its usage.
    private static final String STANDING = """
            with month as (select date_trunc('month', now() at time zone 'UTC')::date as first)
            select b.project_id, b.monthly,
                   coalesce((select sum(cost + unaccounted) from usage_day u
                             where u.project_id = b.project_id and u.day >= month.first), 0)
                   + coalesce((select sum(cost + unaccounted) from usage_entry u
                               where u.project_id = b.project_id and u.day >= month.first), 0) as spent,
                   coalesce((select sum(amount) from reservation r where r.project_id = b.project_id), 0) as reserved,
                   coalesce((select sum(amount) from call_block k where k.project_id = b.project_id), 0) as drawn
            from budget b, month
            where b.project_id = any (?::uuid[])
            """;

    private static final String SET = """
            insert into budget (project_id, monthly) values (:project, :monthly)
            on conflict (project_id) do update set monthly = excluded.monthly, changed_at = now()
            """;

    private final Database database;

    public Budgets(Database database) {
        this.database = database;
    }

    /// Locks the budgets of those of the projects that have one, until the end of the transaction.
    public static Set<UUID> lock(Connection connection, Collection<UUID> projects) throws SQLException {
        var locked = new HashSet<UUID>();
        try (var statement = connection.prepareStatement(LOCK)) {
            setProjects(statement, projects);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    locked.add(rows.getObject(1, UUID.class));
                }
            }
        }
        return locked;
    }

    /// How the budgets of those of the projects stand that have one. Whoever is to take from them has locked them in a
    /// statement before: this one sees what was committed until then.
    public static Map<UUID, Standing> standing(Connection connection, Collection<UUID> projects) throws SQLException {
        var standing = new HashMap<UUID, Standing>();
        try (var statement = connection.prepareStatement(STANDING)) {
            setProjects(statement, projects);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    standing.put(
                            rows.getObject(1, UUID.class),
                            new Standing(
                                    rows.getBigDecimal(2),
                                    rows.getBigDecimal(3),
                                    rows.getBigDecimal(4),
                                    rows.getBigDecimal(5)));
                }
            }
        }
        return standing;
    }

    private static void setProjects(PreparedStatement statement, Collection<UUID> projects) throws SQLException {
        statement.setArray(1, statement.getConnection().createArrayOf("uuid", projects.toArray()));
    }

    public Optional<Standing> find(UUID project) {
        return database.run(connection ->
                Optional.ofNullable(standing(connection, Set.of(project)).get(project)));
    }

    /// Sets or changes what a project may spend in a month. What it has spent in this one counts.
    public void set(UUID project, BigDecimal monthly) {
        database.client()
                .sql(SET)
                .param("project", project)
                .param("monthly", monthly)
                .update();
    }

    /// Lets a project spend what it likes.
    public void remove(UUID project) {
        database.client()
                .sql("delete from budget where project_id = :project")
                .param("project", project)
                .update();
    }
}
