package dev.millrace.job;

import dev.millrace.ledger.Budgets;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/// Which of a batch's submissions would pass what is left of their projects' budgets. One that does takes nothing from
/// a smaller one behind it.
final class OverBudgets {

    private OverBudgets() {}

    /// Keeps the budgets locked until the end of the transaction, in which the others are to reserve.
    ///
    /// @param replayed jobs that will not be accepted anew, whatever is left
    /// @return those that would pass, with what was left for them
    static Map<UUID, BigDecimal> among(Connection connection, List<NewJob> jobs, Set<UUID> replayed)
            throws SQLException {
        var projects = jobs.stream()
                .filter(job -> job.estimate().isPresent())
                .map(NewJob::project)
                .collect(Collectors.toSet());
        var locked = Budgets.lock(connection, projects);
        if (locked.isEmpty()) {
            return Map.of();
        }
        var left = new HashMap<UUID, BigDecimal>();
        Budgets.standing(connection, locked).forEach((project, standing) -> left.put(project, standing.left()));
        var over = new HashMap<UUID, BigDecimal>();
        for (var job : jobs) {
            var rest = left.get(job.project());
            if (rest == null || job.estimate().isEmpty()) {
                continue;
            }
            var after = rest.subtract(job.estimate().get());
            if (after.signum() < 0) {
                over.put(job.id().value(), rest);
            } else if (!replayed.contains(job.id().value())) {
                left.put(job.project(), after);
            }
        }
        return over;
    }
}
