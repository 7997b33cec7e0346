package dev.millrace.api.usage;

import dev.millrace.api.call.Asked;
import dev.millrace.api.call.Budget;
import dev.millrace.api.call.CallRecord;
import dev.millrace.api.call.CallRecords;
import dev.millrace.api.problem.Problem;
import dev.millrace.ledger.Accounts;
import dev.millrace.ledger.InteractiveAttempt;
import java.util.Optional;
import org.springframework.stereotype.Component;

/// Puts interactive calls into the books: asks the account whether one may start, and tells it of each attempt.
@Component
final class CallAccounts implements Budget, CallRecords {

    private final Accounts accounts;
    private final Estimates estimates;
    private final BudgetRefusals refusals;

    CallAccounts(Accounts accounts, Estimates estimates, BudgetRefusals refusals) {
        this.accounts = accounts;
        this.estimates = estimates;
        this.refusals = refusals;
    }

    @Override
    public Optional<Problem> objection(Asked asked) {
        var project = asked.caller().project();
        if (!accounts.hasBudget(project)) {
            return Optional.empty();
        }
        var cost = estimates.of(asked);
        if (cost.isEmpty()) {
            return Optional.of(Estimates.unpriced(asked.route().model()));
        }
        return accounts.mayStart(project, asked.id(), cost.get())
                ? Optional.empty()
                : Optional.of(refusals.refuse("call"));
    }

    @Override
    public void over(Asked asked) {
        accounts.over(asked.caller().project(), asked.id());
    }

    @Override
    public void attempted(CallRecord record) {
        // A provider's name has no slash, a model's may.
        int slash = record.deployment().indexOf('/');
        accounts.ended(new InteractiveAttempt(
                record.callId(),
                record.attempt(),
                record.project(),
                record.key(),
                record.model(),
                record.deployment().substring(0, slash),
                record.deployment().substring(slash + 1),
                record.outcome(),
                record.usage(),
                record.started(),
                record.ended(),
                record.requestId(),
                record.calls(),
                record.dropped()));
    }
}
