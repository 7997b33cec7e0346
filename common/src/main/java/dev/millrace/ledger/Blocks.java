package dev.millrace.ledger;

import dev.millrace.database.Columns;
import dev.millrace.database.Database;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// What instances have drawn ahead for interactive calls. A block counts as spent from the commit in which it was drawn
/// until its instance accounts for it, so that a crash never overspends a budget, and leaves no call out of the books.
final class Blocks {

    /// The part of a budget that is drawn at once: small enough that several instances leave something to each other.
    private static final BigDecimal PART = new BigDecimal("0.01");

    /// Digits of an amount after the point.
    static final int SCALE = 10;

    private static final String DRAW = """
            insert into call_block as k (id, project_id, instance, amount) values (?, ?, ?, ?)
            on conflict (id) do update set amount = k.amount + excluded.amount, renewed_at = now()
            """;

    // Of a project that has got a budget meanwhile, the budget is asked.
    private static final String COVER = """
            insert into call_block as k (id, project_id, instance, amount)
            select t.id, t.project_id, ?, t.amount
            from unnest(?::uuid[], ?::uuid[], ?::numeric[]) as t(id, project_id, amount)
            where not exists (select from budget b where b.project_id = t.project_id)
            on conflict (id) do update set amount = k.amount + excluded.amount, renewed_at = now()
            returning id
            """;

    private static final String RENEW = """
            update call_block set renewed_at = now() where instance = :instance returning id
            """;

    private static final String GIVE_BACK = "delete from call_block where id = :id";

    private static final String GIVE_ALL_BACK = "delete from call_block where instance = :instance";

    private static final String BUDGETED = "select project_id from budget";

    // What its attempts of the last moment cost, nobody will know one by one: it stands in the books as one amount.
    private static final String WRITE_OFF = """
            with lost as (
                delete from call_block
                where id in (select id from call_block where renewed_at <= now() - make_interval(secs => :silence)
                             order by id for update skip locked)
                returning project_id, amount
            ), written as (
                insert into usage_entry (project_id, day, unaccounted)
                select project_id, %s, sum(amount) from lost where amount > 0 group by project_id
            )
            select coalesce(sum(amount), 0) from lost
            """.formatted(UsageEntries.TODAY);

    /// What a draw came to.
    sealed interface Draw {
        record Drawn(BigDecimal amount) implements Draw {}

        /// Less is left than is needed.
        record Spent() implements Draw {}

        record NoBudget() implements Draw {}
    }

    /// What is to be drawn for the calls of a project without a budget.
    record Cover(UUID project, UUID block, BigDecimal amount) {}

    private final Database database;
    private final UUID instance;

    Blocks(Database database, UUID instance) {
        this.database = database;
        this.instance = instance;
    }

    UUID instance() {
        return instance;
    }

    /// Draws what is needed, or more.
    ///
    /// @param block the account's block, which is made if it is not there
    Draw draw(UUID project, UUID block, BigDecimal needed) {
        return database.inTransaction(connection -> {
            if (Budgets.lock(connection, Set.of(project)).isEmpty()) {
                return new Draw.NoBudget();
            }
            var standing = Optional.ofNullable(
                            Budgets.standing(connection, Set.of(project)).get(project))
                    .orElseThrow();
            if (standing.left().signum() <= 0 || standing.left().compareTo(needed) < 0) {
                return new Draw.Spent();
            }
            var part = standing.monthly().multiply(PART).setScale(SCALE, RoundingMode.UP);
            var amount = part.max(needed).min(standing.left());
            insert(connection, project, block, amount);
            return new Draw.Drawn(amount);
        });
    }

    private void insert(Connection connection, UUID project, UUID block, BigDecimal amount) throws SQLException {
        try (var statement = connection.prepareStatement(DRAW)) {
            statement.setObject(1, block);
            statement.setObject(2, project);
            statement.setObject(3, instance);
            statement.setBigDecimal(4, amount);
            statement.executeUpdate();
        }
    }

    /// Draws for projects that may spend what they like.
    ///
    /// @return the blocks for which it was drawn: of those whose project has no budget
    Set<UUID> cover(List<Cover> covers) {
        return database.run(connection -> {
            var columns = new Columns<>(connection, covers);
            try (var statement = connection.prepareStatement(COVER)) {
                statement.setObject(1, instance);
                statement.setArray(2, columns.uuids(Cover::block));
                statement.setArray(3, columns.uuids(Cover::project));
                statement.setArray(4, columns.numerics(Cover::amount));
                var drawn = new HashSet<UUID>();
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        drawn.add(rows.getObject(1, UUID.class));
                    }
                }
                return drawn;
            }
        });
    }

    /// Says that this instance lives, and answers which blocks are still its own.
    Set<UUID> renew() {
        return new HashSet<>(database.client()
                .sql(RENEW)
                .param("instance", instance)
                .query(UUID.class)
                .list());
    }

    void giveBack(UUID block) {
        database.client().sql(GIVE_BACK).param("id", block).update();
    }

    void giveAllBack() {
        database.client().sql(GIVE_ALL_BACK).param("instance", instance).update();
    }

    Set<UUID> budgeted() {
        return Set.copyOf(database.client().sql(BUDGETED).query(UUID.class).list());
    }

    /// Writes off what instances have drawn that have not been heard of for so long.
    ///
    /// @return how much
    BigDecimal writeOff(Duration silence) {
        return database.client()
                .sql(WRITE_OFF)
                .param("silence", silence.toSeconds())
                .query(BigDecimal.class)
                .single();
    }
}
