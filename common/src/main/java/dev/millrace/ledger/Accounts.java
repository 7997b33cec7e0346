package dev.millrace.ledger;

import dev.millrace.database.Database;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The accounts of one instance's interactive calls. Whether a call may start is answered in memory, from a block that
/// was drawn before, and by nobody who waits for the database. A project without a budget has a block too, so that what
/// its calls cost is in the books whatever becomes of this instance: its calls start in any case, and the block follows
/// them. Attempts are written in [#round()], with what they leave of their blocks in the same commit.
public final class Accounts {

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

    private final Prices prices;
    private final Spend spend;
    private final Clock clock;
    private final Blocks blocks;
    private final Map<UUID, Account> accounts = new ConcurrentHashMap<>();
    private final Unwritten unwritten;
    private final Queue<UUID> surplus = new ArrayDeque<>();

    /// Of projects without a budget, those whose calls cost more than is drawn. Changed under the account's lock.
    private final Set<Account> uncovered = ConcurrentHashMap.newKeySet();

    private volatile Runnable whenUncovered = () -> {};
    private volatile Optional<Set<UUID>> budgeted = Optional.empty();
    private Instant lookAt = Instant.MIN;
    private Instant renewAt = Instant.MIN;
    private Instant renewedAt = Instant.EPOCH;
    private Instant unbrokenSince = Instant.EPOCH;

    /// Whether a call may start.
    public enum Start {
        GRANTED,
        SPENT,
        /// Nobody knows before more has been [drawn][Accounts#draw].
        NOT_DRAWN
    }

    public Accounts(Database database, Prices prices, Spend spend, Clock clock) {
        this.prices = prices;
        this.spend = spend;
        this.clock = clock;
        this.blocks = new Blocks(database, UUID.randomUUID());
        this.unwritten = new Unwritten(database, blocks.instance());
    }

    /// Has somebody called when calls have started for which nothing is drawn yet: the next [#round()] draws it.
    public void whenUncovered(Runnable then) {
        whenUncovered = then;
    }

    /// Learns which projects have a budget; before the first call asks.
    public void learnBudgets() {
        look();
    }

    /// Whether a project has a budget, as of a second ago.
    public boolean hasBudget(UUID project) {
        return budgeted.orElseGet(this::look).contains(project);
    }

    /// Whether a call of a project with a budget may start, as far as is known without asking anybody. What it is
    /// estimated to cost is held for it until it is [over][#over(UUID, String)].
    public Start start(UUID project, String call, BigDecimal estimate) {
        var account = lock(project);
        try {
            return start(account, call, estimate, clock.instant());
        } finally {
            account.lock.unlock();
        }
    }

    private static Start start(Account account, String call, BigDecimal estimate, Instant now) {
        if (account.hold(call, estimate, now)) {
            return Start.GRANTED;
        }
        return account.knownSpent(estimate.subtract(account.available()), now) ? Start.SPENT : Start.NOT_DRAWN;
    }

    /// A call of a project without a budget starts. What it is estimated to cost is held for it until it is
    /// [over][#over(UUID, String)], and drawn by somebody for whom it does not wait.
    public void startUnlimited(UUID project, String call, BigDecimal estimate) {
        var account = lock(project);
        try {
            account.holdUncovered(call, estimate, clock.instant());
            noteIfShort(account);
        } finally {
            account.lock.unlock();
        }
    }

    /// Notes that more is to be drawn for an account that nobody limits, once. The account's lock is held.
    private void noteIfShort(Account account) {
        if (account.isShort() && isUnlimited(account.project) && uncovered.add(account)) {
            whenUncovered.run();
        }
    }

    private boolean isUnlimited(UUID project) {
        return budgeted.map(of -> !of.contains(project)).orElse(false);
    }

    /// A project's account, locked.
    private Account lock(UUID project) {
        while (true) {
            var account = account(project);
            account.lock.lock();
            if (!account.isClosed()) {
                return account;
            }
            account.lock.unlock();
        }
    }

    private Account account(UUID project) {
        return accounts.computeIfAbsent(project, key -> new Account(key, clock.instant()));
    }

    /// Calls of a project are to come: draws a first block for them, if it has a budget and there is none. Waits for
    /// the database.
    public void expect(UUID project) {
        if (hasBudget(project)) {
            draw(project, BigDecimal.ZERO);
        }
    }

    /// Draws what a call needs, unless somebody else has meanwhile. Waits for the database, and keeps no call waiting
    /// that finds enough.
    public void draw(UUID project, BigDecimal estimate) {
        var account = account(project);
        account.drawing.lock();
        try {
            var needed = needed(account, estimate, clock.instant());
            if (needed.isPresent()) {
                draw(account, needed.get());
            }
        } finally {
            account.drawing.unlock();
        }
    }

    private static Optional<BigDecimal> needed(Account account, BigDecimal estimate, Instant now) {
        account.lock.lock();
        try {
            var needed = estimate.subtract(account.available()).max(BigDecimal.ZERO);
            boolean enough = account.hasDrawn() && needed.signum() == 0;
            return enough || account.isClosed() || account.knownSpent(needed, now)
                    ? Optional.empty()
                    : Optional.of(needed);
        } finally {
            account.lock.unlock();
        }
    }

    private void draw(Account account, BigDecimal needed) {
        var draw = blocks.draw(account.project, account.block, needed);
        if (draw instanceof Blocks.Draw.NoBudget) {
            look();
        }
        account.lock.lock();
        try {
            took(account, draw, needed, clock.instant());
        } finally {
            account.lock.unlock();
        }
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
                noteIfShort(account);
            } finally {
                account.lock.unlock();
            }
        }
    }

    /// An attempt has ended. It is written soon; nobody waits for that.
    public void ended(InteractiveAttempt attempt) {
        var cost = attempt.cost(prices);
        spend.ended(attempt.provider(), attempt.model(), attempt.started(), cost.orElse(null), attempt.succeeded());
        var priced = new CallAttempts.Priced(attempt, cost);
        if (cost.isEmpty()) {
            unwritten.add(priced, Optional.empty(), clock.instant());
            return;
        }
        var account = lock(attempt.projectId());
        try {
            unwritten.add(priced, Optional.of(account), clock.instant());
        } finally {
            account.lock.unlock();
        }
    }

    /// How many attempts wait to be written.
    public int unwritten() {
        return unwritten.count();
    }

    /// Writes what has ended, draws where a block runs low, and says that this instance lives. Called by one thread,
    /// several times a second and [when something is not covered][#whenUncovered(Runnable)].
    public void round() {
        var now = clock.instant();
        cover();
        unwritten.write();
        if (!now.isBefore(lookAt)) {
            lookAt = now.plus(LOOK_EVERY);
            look();
            for (var account : accounts.values()) {
                if (account.drawing.tryLock()) {
                    try {
                        keep(account, now);
                    } finally {
                        account.drawing.unlock();
                    }
                }
            }
            giveBack();
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

    /// Draws for those who have spent faster than was drawn, and as much again.
    private void cover() {
        var covers = new HashMap<Account, Blocks.Cover>();
        for (var account : uncovered) {
            cover(account).ifPresent(cover -> covers.put(account, cover));
        }
        if (covers.isEmpty()) {
            return;
        }
        var drawn = blocks.cover(List.copyOf(covers.values()));
        covers.forEach((account, cover) -> covered(account, drawn.contains(cover.block()), cover.amount()));
        if (drawn.size() < covers.size()) {
            look();
        }
    }

    private Optional<Blocks.Cover> cover(Account account) {
        account.lock.lock();
        try {
            var amount = account.toDouble().setScale(Blocks.SCALE, RoundingMode.UP);
            if (amount.signum() == 0) {
                uncovered.remove(account);
                return Optional.empty();
            }
            return Optional.of(new Blocks.Cover(account.project, account.block, amount));
        } finally {
            account.lock.unlock();
        }
    }

    /// @param drawn or the project has a budget by now
    private void covered(Account account, boolean drawn, BigDecimal amount) {
        account.lock.lock();
        try {
            if (drawn) {
                account.drew(amount);
            }
            if (!drawn || !account.isShort()) {
                uncovered.remove(account);
            } else {
                whenUncovered.run();
            }
        } finally {
            account.lock.unlock();
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

    /// Nobody else draws meanwhile.
    private void keep(Account account, Instant now) {
        account.lock.lock();
        try {
            account.releaseBefore(now.minus(LONGEST_CALL));
            noteIfShort(account);
            if (account.idleSince(now.minus(IDLE_FOR))) {
                account.close();
                accounts.remove(account.project, account);
                surplus.add(account.block);
            }
            if (account.isClosed()
                    || isUnlimited(account.project)
                    || !account.hasDrawn()
                    || !account.low()
                    || account.knownSpent(BigDecimal.ZERO, now)) {
                return;
            }
        } finally {
            account.lock.unlock();
        }
        // Not under the lock: calls go on with what is left meanwhile.
        draw(account, BigDecimal.ZERO);
    }

    private void giveBack() {
        for (var block = surplus.peek(); block != null; block = surplus.peek()) {
            blocks.giveBack(block);
            surplus.remove();
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
                    noteIfShort(account);
                } finally {
                    account.lock.unlock();
                }
            }
        }
    }

    /// A stop in order: writes what is left and gives back what was drawn.
    public void close() {
        unwritten.write();
        blocks.giveAllBack();
    }
}
