package dev.millrace.ledger;

import dev.millrace.database.Database;
import dev.millrace.database.Failures;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/// The attempts of interactive calls that have ended and are not on record yet. Until they are, their accounts count
/// what they cost.
final class Unwritten {

    private static final int MOST_BATCH = 1_000;

    /// Some minutes of many calls, while the database is away.
    private static final int MOST = 500_000;

    private static final Logger log = LoggerFactory.getLogger(Unwritten.class);

    private final Database database;
    private final UUID instance;
    private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    /// An attempt to be written, and the account that counts its cost until then.
    private record Waiting(CallAttempts.Priced priced, Optional<Account> account) {}

    Unwritten(Database database, UUID instance) {
        this.database = database;
        this.instance = instance;
    }

    int count() {
        return waiting.get();
    }

    /// @param account that counts its cost until it is written; whoever gives it has locked it
    void add(CallAttempts.Priced priced, Optional<Account> account, Instant now) {
        if (waiting.incrementAndGet() > MOST) {
            waiting.decrementAndGet();
            log.error(
                    "An attempt of call {} is not on record: too many wait for the database",
                    priced.attempt().callId());
            return;
        }
        account.ifPresent(of -> priced.cost().ifPresent(cost -> of.ended(cost, now)));
        queue.add(new Waiting(priced, account));
    }

    /// Writes all that wait. One at a time.
    void write() {
        while (true) {
            var batch = new ArrayList<Waiting>();
            for (var next : queue) {
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
                queue.remove();
            }
            waiting.addAndGet(-batch.size());
            accountFor(batch);
        }
    }

    private void write(List<CallAttempts.Priced> batch) {
        try {
            CallAttempts.write(database, instance, batch);
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
}
