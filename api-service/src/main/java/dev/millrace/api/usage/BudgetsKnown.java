package dev.millrace.api.usage;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.ledger.Accounts;
import java.util.Optional;
import org.springframework.stereotype.Component;

/// Learns which projects have a budget before the service is ready: no call is to wait for that.
@Component
final class BudgetsKnown implements DatabaseWatch.Check {

    private final Accounts accounts;

    BudgetsKnown(Accounts accounts) {
        this.accounts = accounts;
    }

    @Override
    public Optional<String> objection() {
        accounts.learnBudgets();
        return Optional.empty();
    }
}
