package dev.millrace.api.usage;

import dev.millrace.api.call.Asked;
import dev.millrace.api.call.Budget;
import dev.millrace.api.call.CallRecord;
import dev.millrace.api.call.CallRecords;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.security.Caller;
import dev.millrace.api.security.Expecting;
import dev.millrace.ledger.Accounts;
import dev.millrace.ledger.InteractiveAttempt;
import dev.millrace.provider.Usage;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/// Puts interactive calls into the books: asks the account whether one may start, and tells it of each attempt.
@Component
final class CallAccounts implements Budget, CallRecords, Expecting {

    private final Accounts accounts;
    private final Estimates estimates;
    private final BudgetRefusals refusals;
    private final DatabaseCalls database;

    CallAccounts(Accounts accounts, Estimates estimates, BudgetRefusals refusals, DatabaseCalls database) {
        this.accounts = accounts;
        this.estimates = estimates;
        this.refusals = refusals;
        this.database = database;
    }

    @Override
    public Optional<Problem> objection(Asked asked) {
        var project = asked.caller().project();
        var cost = estimates.of(asked);
        if (!accounts.hasBudget(project)) {
            cost.ifPresent(held -> accounts.startUnlimited(project, asked.id(), held));
            return Optional.empty();
        }
        if (cost.isEmpty()) {
            return Optional.of(Estimates.unpriced(asked.route().model()));
        }
        return start(project, asked.id(), cost.get());
    }

    /// Waits for the database only where what was drawn ahead is too little: nobody else can say whether there is more.
    private Optional<Problem> start(UUID project, String call, BigDecimal cost) {
        while (accounts.hasBudget(project)) {
            switch (accounts.start(project, call, cost)) {
                case GRANTED -> {
                    return Optional.empty();
                }
                case SPENT -> {
                    return Optional.of(refusals.refuse("call"));
                }
                case NOT_DRAWN -> draw(project, cost);
            }
        }
        accounts.startUnlimited(project, call, cost);
        return Optional.empty();
    }

    private void draw(UUID project, BigDecimal cost) {
        database.ask(() -> {
            accounts.draw(project, cost);
            return true;
        });
    }

    @Override
    public void expect(Caller caller) {
        database.ask(() -> {
            accounts.expect(caller.project());
            return true;
        });
    }

    @Override
    public void over(Asked asked) {
        accounts.over(asked.caller().project(), asked.id());
    }

    @Override
    public void attempted(CallRecord record) {
        // A provider's name has no slash, a model's may.
        int slash = record.deployment().indexOf('/');
        var provider = record.deployment().substring(0, slash);
        var model = record.deployment().substring(slash + 1);
        accounts.ended(new InteractiveAttempt(
                record.callId(),
                record.attempt(),
                record.project(),
                record.key(),
                record.model(),
                provider,
                model,
                record.outcome(),
                record.usage().or(() -> untold(record, provider, model)),
                record.started(),
                record.ended(),
                record.requestId(),
                record.calls(),
                record.dropped()));
    }

    private Optional<Usage> untold(CallRecord record, String provider, String model) {
        return record.outcome().equals(CallRecord.SUCCEEDED)
                ? estimates.untold(provider, model, record.started(), record.extent())
                : Optional.empty();
    }
}
