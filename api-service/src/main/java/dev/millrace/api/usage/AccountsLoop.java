package dev.millrace.api.usage;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.ledger.Accounts;
import dev.millrace.loop.Loop;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/// Writes what interactive calls have cost, four times a second, and when nothing is drawn for some of them. It stops
/// after the calls have.
@Component
final class AccountsLoop extends Loop {

    private static final Duration EVERY = Duration.ofMillis(250);

    /// Before the web server begins to take calls, and so after it has ended them.
    private static final int PHASE = 0;

    private static final Logger log = LoggerFactory.getLogger(AccountsLoop.class);

    private final Accounts accounts;
    private final DatabaseWatch database;

    AccountsLoop(Accounts accounts, DatabaseWatch database) {
        super("accounts", PHASE);
        this.accounts = accounts;
        this.database = database;
        accounts.whenUncovered(this::wake);
    }

    @Override
    protected Duration round() {
        if (database.migrated()) {
            accounts.round();
        }
        return EVERY;
    }

    /// A write under way is to be committed.
    @Override
    protected boolean interruptible() {
        return false;
    }

    @Override
    public void stop() {
        super.stop();
        if (database.migrated()) {
            close();
        }
    }

    private void close() {
        try {
            accounts.close();
        } catch (DataAccessException away) {
            log.warn("What the last calls have cost could not be written: the database is away", away);
        } catch (RuntimeException bug) {
            log.error("What the last calls have cost could not be written", bug);
        }
    }
}
