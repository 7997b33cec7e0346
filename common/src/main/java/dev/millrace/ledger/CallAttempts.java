package dev.millrace.ledger;

import dev.millrace.database.Columns;
import dev.millrace.database.Database;
import dev.millrace.database.NamesColumn;
import dev.millrace.provider.Usage;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Puts attempts of interactive calls on record: the attempts, their sums, and what they leave of the blocks that their
/// instance has drawn, many in one statement.
final class CallAttempts {

    // What is written a second time, after an answer that was lost, adds nothing and takes nothing.
    private static final String WRITE = """
            with input as (
                select * from unnest(?::text[], ?::int[], ?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::text[],
                                     ?::text[], ?::int8[], ?::int8[], ?::int8[], ?::bool[], ?::numeric[], ?::int8[],
                                     ?::int8[], ?::text[], ?::text[])
                     as t(call_id, number, project_id, key_id, public_model, provider, model, outcome, tokens_in,
                          tokens_out, tokens_cached, estimated, cost, started_us, ended_us, request_id, dropped)
            ), written as (
                insert into call_attempt (call_id, number, project_id, key_id, public_model, provider, model, outcome,
                                          tokens_in, tokens_out, tokens_cached, estimated, cost, started_at, ended_at,
                                          provider_request_id, dropped)
                select call_id, number, project_id, key_id, public_model, provider, model, outcome, tokens_in,
                       tokens_out, tokens_cached, estimated, cost,
                       timestamptz 'epoch' + started_us * interval '1 us',
                       timestamptz 'epoch' + ended_us * interval '1 us', request_id, dropped
                from input
                on conflict do nothing
                returning project_id, key_id, public_model, tokens_in, tokens_out, tokens_cached, cost,
                          (ended_at at time zone 'UTC')::date as day
            ), summed as (
            """ + UsageEntries.INSERT + """
                select project_id, day, public_model, key_id, count(*), count(*) filter (where cost is null),
                       coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0), coalesce(sum(tokens_cached), 0),
                       0, coalesce(sum(cost), 0)
                from written
                group by project_id, day, public_model, key_id
            ), accounted as (
                update call_block b
                set amount = greatest(b.amount - s.cost, 0), renewed_at = now()
                from (select project_id, sum(cost) as cost from written group by project_id) s
                where b.instance = ? and b.project_id = s.project_id and s.cost is not null
            )
            select count(*) from written
            """;

    /// An attempt with what it costs, where that is known.
    record Priced(InteractiveAttempt attempt, Optional<BigDecimal> cost) {}

    private CallAttempts() {}

    static long write(Database database, UUID instance, List<Priced> rows) {
        return database.run(connection -> {
            var columns = new Columns<>(connection, rows);
            try (var statement = connection.prepareStatement(WRITE)) {
                statement.setArray(1, columns.texts(row -> row.attempt().callId()));
                statement.setArray(2, columns.ints(row -> row.attempt().number()));
                statement.setArray(3, columns.uuids(row -> row.attempt().projectId()));
                statement.setArray(4, columns.uuids(row -> row.attempt().keyId()));
                statement.setArray(5, columns.foreignTexts(row -> row.attempt().publicModel()));
                statement.setArray(6, columns.texts(row -> row.attempt().provider()));
                statement.setArray(7, columns.foreignTexts(row -> row.attempt().model()));
                statement.setArray(8, columns.foreignTexts(row -> row.attempt().outcome()));
                statement.setArray(9, columns.longs(row -> used(row, Usage::prompt)));
                statement.setArray(10, columns.longs(row -> used(row, Usage::completion)));
                statement.setArray(11, columns.longs(row -> used(row, Usage::cached)));
                statement.setArray(
                        12,
                        columns.booleans(row ->
                                row.attempt().usage().map(Usage::estimated).orElse(false)));
                statement.setArray(13, columns.numerics(row -> row.cost().orElse(null)));
                statement.setArray(14, columns.longs(row -> micros(row.attempt().started())));
                statement.setArray(15, columns.longs(row -> micros(row.attempt().ended())));
                statement.setArray(
                        16,
                        columns.foreignTexts(row -> row.attempt().requestId().orElse(null)));
                statement.setArray(
                        17,
                        columns.foreignTexts(
                                row -> NamesColumn.write(row.attempt().dropped())));
                statement.setObject(18, instance);
                try (var answer = statement.executeQuery()) {
                    return answer.next() ? answer.getLong(1) : 0L;
                }
            }
        });
    }

    private static @org.jspecify.annotations.Nullable Long used(
            Priced row, java.util.function.ToLongFunction<Usage> tokens) {
        return row.attempt().usage().map(tokens::applyAsLong).orElse(null);
    }

    private static long micros(java.time.Instant at) {
        return java.time.temporal.ChronoUnit.MICROS.between(java.time.Instant.EPOCH, at);
    }
}
