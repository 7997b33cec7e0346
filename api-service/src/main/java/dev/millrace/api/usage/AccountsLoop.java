package dev.millrace.api.usage;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.ledger.Accounts;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/// Writes what interactive calls have cost, four times a second. It stops after the calls have.
@Component
final class AccountsLoop implements SmartLifecycle {

    private static final Duration EVERY = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Before the web server begins to take calls, and so after it has ended them.
    private static final int PHASE = 0;

    private static final Logger log = LoggerFactory.getLogger(AccountsLoop.class);

    private final Accounts accounts;
    private final DatabaseWatch database;
    private volatile boolean stopping;
    private Thread thread = new Thread();

    AccountsLoop(Accounts accounts, DatabaseWatch database) {
        this.accounts = accounts;
        this.database = database;
    }

    private void run() {
        try {
            while (!stopping) {
                if (database.migrated()) {
                    attempt(accounts::round);
                }
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException stop) {
            log.debug("Accounts are kept no more");
        }
    }

    private static void attempt(Runnable step) {
        try {
            step.run();
        } catch (DataAccessException away) {
            log.debug("What calls have cost is not written yet", away);
        } catch (RuntimeException bug) {
            log.error("What calls have cost could not be written", bug);
        }
    }

    @Override
    public void start() {
        stopping = false;
        thread = Thread.ofPlatform().daemon().name("accounts").start(this::run);
    }

    @Override
    public void stop() {
        stopping = true;
        try {
            // Not interrupted: a write under way is to be committed.
            thread.join(PATIENCE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (database.migrated()) {
            attempt(accounts::close);
        }
    }

    @Override
    public boolean isRunning() {
        return thread.isAlive();
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
