package dev.millrace.api.usage;

import dev.millrace.api.call.Asked;
import dev.millrace.api.call.Budget;
import dev.millrace.api.call.CallRecord;
import dev.millrace.api.call.CallRecords;
import dev.millrace.api.problem.Problem;
import dev.millrace.ledger.Accounts;
import dev.millrace.ledger.InteractiveAttempt;
import dev.millrace.provider.Usage;
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
