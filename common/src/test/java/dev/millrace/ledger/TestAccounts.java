package dev.millrace.ledger;

import dev.millrace.database.Database;
import dev.millrace.database.TestDatabase;
import dev.millrace.provider.Usage;
import dev.millrace.routing.MutableClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.AbstractDataSource;

/// The accounts of instances that answer one project's calls, on a stepped clock. A token of an answer costs a dollar.
final class TestAccounts {

    static final Prices PRICES = new Prices(
            new PriceSettings(
                    List.of(new Price(
                            "pm", LocalDate.EPOCH, null, new BigDecimal("1000000"), null, null, Map.of(), null, false)),
                    null,
                    0),
            Map.of());

    private final TestDatabase test;
    private final UUID project;

    final MutableClock clock;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /// How often the database was asked for a connection.
    final AtomicInteger connections = new AtomicInteger();

    final UUID key = UUID.randomUUID();
    final Accounts accounts;

    TestAccounts(TestDatabase test, UUID project) {
        // The database's own clock says which month it is.
        this(test, project, Instant.now());
    }

    TestAccounts(TestDatabase test, UUID project, Instant now) {
        this.test = test;
        this.project = project;
        this.clock = new MutableClock(now);
        this.accounts = instance();
    }

    /// Another instance.
    Accounts instance() {
        return new Accounts(new Database(counting(test.source())), PRICES, new Spend(PRICES, meters), clock);
    }

    private DataSource counting(DataSource source) {
        return new AbstractDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                connections.incrementAndGet();
                return source.getConnection();
            }

            @Override
            public Connection getConnection(String user, String password) {
                throw new UnsupportedOperationException();
            }
        };
    }

    static BigDecimal dollars(long amount) {
        return BigDecimal.valueOf(amount);
    }

    boolean mayStart(String call, long dollars) {
        return mayStart(accounts, call, dollars);
    }

    /// As a call does that may wait for a draw.
    boolean mayStart(Accounts of, String call, long dollars) {
        while (true) {
            switch (of.start(project, call, dollars(dollars))) {
                case GRANTED -> {
                    return true;
                }
                case SPENT -> {
                    return false;
                }
                case NOT_DRAWN -> of.draw(project, dollars(dollars));
            }
        }
    }

    /// A call of a project without a budget.
    void startUnlimited(String call, long dollars) {
        accounts.startUnlimited(project, call, dollars(dollars));
    }

    /// A call from its start to its end, which costs what was held for it.
    void call(String call, long dollars) {
        mayStart(call, dollars);
        end(call, dollars);
    }

    InteractiveAttempt attempt(String call, int number, String outcome, Optional<Usage> usage) {
        return attempt(call, number, outcome, usage, "pm");
    }

    InteractiveAttempt attempt(String call, int number, String outcome, Optional<Usage> usage, String model) {
        return new InteractiveAttempt(
                call,
                number,
                project,
                key,
                "public",
                "p",
                model,
                outcome,
                usage,
                clock.instant(),
                clock.instant(),
                Optional.of("req_1"),
                1,
                List.of("seed", "logprobs"));
    }

    InteractiveAttempt succeeded(String call, long dollars) {
        return attempt(call, 1, "succeeded", Optional.of(new Usage(3, dollars, 1, 0, false)));
    }

    void end(String call, long dollars) {
        end(accounts, call, dollars);
    }

    void end(Accounts of, String call, long dollars) {
        of.ended(succeeded(call, dollars));
        of.over(project, call);
    }

    /// Has no instance been heard of for so long.
    void silence(Duration time) {
        test.database()
                .client()
                .sql("update call_block set renewed_at = now() - make_interval(secs => :seconds)")
                .param("seconds", time.toSeconds())
                .update();
    }

    /// What all instances have drawn.
    BigDecimal drawn() {
        return test.database()
                .client()
                .sql("select coalesce(sum(amount), 0) from call_block where project_id = :project")
                .param("project", project)
                .query(BigDecimal.class)
                .single();
    }

    /// The only sum of today.
    UsageSums.Sum today(UsageSums.By by) {
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        return new UsageSums(test.database()).sums(project, today, today, by, 9).getFirst();
    }
}
