package dev.millrace.ledger;

import dev.millrace.database.Database;
import dev.millrace.database.Failures;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/// The accounts of one instance's interactive calls. Whether a call may start is answered in memory, from a block that
/// was drawn before; only a project's first call here, and one that finds its block empty, waits for a draw. Attempts
/// are written in [#round()], with what they leave of their blocks in the same commit.
public final class Accounts {

    private static final int MOST_BATCH = 1_000;

    /// Some minutes of many calls, while the database is away.
    private static final int MOST_UNWRITTEN = 500_000;

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration RENEW_EVERY = Duration.ofSeconds(5);
    private static final Duration SPENT_FOR = Duration.ofSeconds(1);
    private static final Duration IDLE_FOR = Duration.ofMinutes(1);

    /// Longer than all attempts of a call may take.
    private static final Duration LONGEST_CALL = Duration.ofMinutes(10);

    /// Between two renewals of an instance that goes on without a break.
    private static final Duration LONGEST_GAP = RENEW_EVERY.multipliedBy(3);

    /// Longer than an instance that lives is ever silent, a pause of its machine included.
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(Accounts.class);

    private final Database database;
    private final Prices prices;
    private final Spend spend;
    private final Clock clock;
    private final Blocks blocks;
    private final Map<UUID, Account> accounts = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Waiting> unwritten = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile Optional<Set<UUID>> budgeted = Optional.empty();
    private Instant lookAt = Instant.MIN;
    private Instant renewAt = Instant.MIN;
    private Instant renewedAt = Instant.EPOCH;
    private Instant unbrokenSince = Instant.EPOCH;

    /// An attempt to be written, and the account that has counted its cost until then.
    private record Waiting(CallAttempts.Priced priced, Optional<Account> account) {}

    public Accounts(Database database, Prices prices, Spend spend, Clock clock) {
        this.database = database;
        this.prices = prices;
        this.spend = spend;
        this.clock = clock;
        this.blocks = new Blocks(database, UUID.randomUUID());
    }

    /// Whether a project has a budget, as of a second ago.
    public boolean hasBudget(UUID project) {
        return budgeted.orElseGet(this::look).contains(project);
    }

    /// Whether a call of a project with a budget may start. What it is estimated to cost is held for it until it is
    /// [over][#over(UUID, String)].
    public boolean mayStart(UUID project, String call, BigDecimal estimate) {
        var account = accounts.computeIfAbsent(project, key -> new Account(key, clock.instant()));
        account.lock.lock();
        try {
            if (account.isClosed()) {
                return mayStart(project, call, estimate);
            }
            var now = clock.instant();
            if (account.hold(call, estimate, now)) {
                return true;
            }
            var needed = estimate.subtract(account.available());
            if (account.knownSpent(needed, now)) {
                return false;
            }
            return switch (draw(account, needed, now)) {
                case Blocks.Draw.Drawn drawn -> account.hold(call, estimate, now);
                case Blocks.Draw.Spent spent -> false;
                case Blocks.Draw.NoBudget none -> true;
            };
        } finally {
            account.lock.unlock();
        }
    }

    private Blocks.Draw draw(Account account, BigDecimal needed, Instant now) {
        var draw = blocks.draw(account.project, account.block, needed);
        took(account, draw, needed, now);
        return draw;
    }

    private static void took(Account account, Blocks.Draw draw, BigDecimal needed, Instant now) {
        switch (draw) {
            case Blocks.Draw.Drawn(var amount) -> account.drew(amount);
            case Blocks.Draw.Spent spent -> account.spent(needed, now.plus(SPENT_FOR));
            case Blocks.Draw.NoBudget none -> account.lost();
        }
    }

    /// A call has ended, and with it each of its attempts.
    public void over(UUID project, String call) {
        var account = accounts.get(project);
        if (account != null) {
            account.lock.lock();
            try {
                account.release(call);
            } finally {
                account.lock.unlock();
            }
        }
    }

    /// An attempt has ended. It is written soon; nobody waits for that.
    public void ended(InteractiveAttempt attempt) {
        var cost = attempt.cost(prices);
        spend.ended(attempt.provider(), attempt.model(), attempt.started(), cost.orElse(null), attempt.succeeded());
        var account = accounts.get(attempt.projectId());
        if (waiting.incrementAndGet() > MOST_UNWRITTEN) {
            waiting.decrementAndGet();
            log.error("An attempt of call {} is not on record: too many wait for the database", attempt.callId());
            return;
        }
        if (account != null && cost.isPresent()) {
            account.lock.lock();
            try {
                account.ended(cost.get());
            } finally {
                account.lock.unlock();
            }
        }
        unwritten.add(new Waiting(new CallAttempts.Priced(attempt, cost), Optional.ofNullable(account)));
    }

    /// How many attempts wait to be written.
    public int unwritten() {
        return waiting.get();
    }

    /// Writes what has ended, draws where a block runs low, and says that this instance lives. Called by one thread,
    /// several times a second.
    public void round() {
        var now = clock.instant();
        write();
        if (!now.isBefore(lookAt)) {
            lookAt = now.plus(LOOK_EVERY);
            look();
            for (var account : accounts.values()) {
                keep(account, now);
            }
        }
        if (!now.isBefore(renewAt)) {
            renewAt = now.plus(RENEW_EVERY);
            renew();
            if (now.isAfter(renewedAt.plus(LONGEST_GAP))) {
                unbrokenSince = now;
            }
            renewedAt = now;
            // Others are judged only by one that was itself heard all the time: after an outage of the database all
            // are silent.
            if (!now.isBefore(unbrokenSince.plus(SILENCE))) {
                writeOff();
            }
        }
    }

    private void writeOff() {
        var lost = blocks.writeOff(SILENCE);
        if (lost.signum() > 0) {
            log.warn("{} US dollars that lost instances had drawn stand in the books as unaccounted", lost);
        }
    }

    private Set<UUID> look() {
        var found = blocks.budgeted();
        budgeted = Optional.of(found);
        return found;
    }

    private void keep(Account account, Instant now) {
        account.lock.lock();
        try {
            account.releaseBefore(now.minus(LONGEST_CALL));
            if (account.idleSince(now.minus(IDLE_FOR))) {
                blocks.giveBack(account.block);
                account.close();
                accounts.remove(account.project, account);
            }
            if (account.isClosed()
                    || !account.hasDrawn()
                    || !account.low()
                    || account.knownSpent(BigDecimal.ZERO, now)) {
                return;
            }
        } finally {
            account.lock.unlock();
        }
        // Not under the lock: calls go on with what is left meanwhile.
        var draw = blocks.draw(account.project, account.block, BigDecimal.ZERO);
        account.lock.lock();
        try {
            took(account, draw, BigDecimal.ZERO, now);
        } finally {
            account.lock.unlock();
        }
    }

    private void renew() {
        // What is drawn while this asks is not among the answers, but is not lost.
        var asked = accounts.values().stream().filter(Account::hasDrawn).toList();
        var own = blocks.renew();
        for (var account : asked) {
            if (!own.contains(account.block)) {
                account.lock.lock();
                try {
                    account.lost();
                } finally {
                    account.lock.unlock();
                }
            }
        }
    }

    private void write() {
        while (true) {
            var batch = new ArrayList<Waiting>();
            for (var next : unwritten) {
                if (batch.size() == MOST_BATCH) {
                    break;
                }
                batch.add(next);
            }
            if (batch.isEmpty()) {
                return;
            }
            write(batch.stream().map(Waiting::priced).toList());
            // They stay in the queue until they are committed; nobody else takes from it.
            for (int i = 0; i < batch.size(); i++) {
                unwritten.remove();
            }
            waiting.addAndGet(-batch.size());
            accountFor(batch);
        }
    }

    private void write(List<CallAttempts.Priced> batch) {
        try {
            CallAttempts.write(database, blocks.instance(), batch);
        } catch (DataAccessException failure) {
            if (!Failures.refusedRow(failure)) {
                throw failure;
            }
            if (batch.size() == 1) {
                log.error(
                        "An attempt of call {} can't be stored",
                        batch.getFirst().attempt().callId(),
                        failure);
                return;
            }
            batch.forEach(one -> write(List.of(one)));
        }
    }

    private static void accountFor(List<Waiting> batch) {
        var costs = new HashMap<Account, BigDecimal>();
        for (var one : batch) {
            if (one.account().isPresent() && one.priced().cost().isPresent()) {
                costs.merge(one.account().get(), one.priced().cost().get(), BigDecimal::add);
            }
        }
        costs.forEach((account, cost) -> {
            account.lock.lock();
            try {
                account.wrote(cost);
            } finally {
                account.lock.unlock();
            }
        });
    }

    /// A stop in order: writes what is left and gives back what was drawn.
    public void close() {
        write();
        blocks.giveAllBack();
    }
}
