package dev.millrace.api.operator;

import dev.millrace.access.ApiKey;
import dev.millrace.access.ApiKeyRepository;
import dev.millrace.access.ApiKeys;
import dev.millrace.access.Limits;
import dev.millrace.access.Project;
import dev.millrace.access.ProjectRepository;
import dev.millrace.access.Secret;
import dev.millrace.access.SecretBox;
import dev.millrace.job.Uuid7;
import dev.millrace.ledger.Budgets;
import dev.millrace.webhook.WebhookSignature;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.springframework.transaction.support.TransactionTemplate;

/// Makes projects and keys. What is secret is answered once, here; stored are the key's hash and the sealed webhook
/// secret.
final class Accounts {

    private final ProjectRepository projects;
    private final ApiKeyRepository keys;
    private final SecretBox box;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final Budgets budgets;

    Accounts(
            ProjectRepository projects,
            ApiKeyRepository keys,
            SecretBox box,
            TransactionTemplate transaction,
            Clock clock,
            Budgets budgets) {
        this.projects = projects;
        this.keys = keys;
        this.box = box;
        this.transaction = transaction;
        this.clock = clock;
        this.budgets = budgets;
    }

    record NewProject(UUID id, String name, Secret apiKey, Secret webhookSecret) {}

    record NewKey(UUID id, UUID project, Secret apiKey) {}

    NewProject createProject(String name, Optional<BigDecimal> budget, Limits limits) {
        var id = Uuid7.next();
        var webhookSecret = WebhookSignature.newSecret();
        var apiKey = ApiKeys.generate();
        transaction.executeWithoutResult(status -> {
            projects.save(new Project(id, name, box.seal(id, webhookSecret), limits, clock.instant()));
            keys.save(key(id, apiKey));
        });
        // Nobody has the key yet, so nothing is spent in between.
        budget.ifPresent(monthly -> budgets.set(id, monthly));
        return new NewProject(id, name, apiKey, webhookSecret);
    }

    /// @return empty if there is no such project
    Optional<NewKey> createKey(UUID project) {
        if (!projects.existsById(project)) {
            return Optional.empty();
        }
        var apiKey = ApiKeys.generate();
        var stored = key(project, apiKey);
        keys.save(stored);
        return Optional.of(new NewKey(stored.getId(), project, apiKey));
    }

    record ProjectNow(UUID id, String name, Optional<Budgets.Standing> budget, Limits limits) {}

    Optional<ProjectNow> project(UUID id) {
        return projects.findById(id).map(found -> new ProjectNow(id, found.name(), budgets.find(id), found.limits()));
    }

    /// @return whether there is such a project
    boolean limit(UUID project, UnaryOperator<Limits> change) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            var found = projects.findById(project);
            found.ifPresent(one -> one.limit(change));
            return found.isPresent();
        }));
    }

    /// @param monthly absent for no budget
    void setBudget(UUID project, Optional<BigDecimal> monthly) {
        monthly.ifPresentOrElse(amount -> budgets.set(project, amount), () -> budgets.remove(project));
    }

    private ApiKey key(UUID project, Secret apiKey) {
        var text = apiKey.reveal();
        return new ApiKey(
                Uuid7.next(), project, ApiKeys.prefix(text).orElseThrow(), ApiKeys.hash(text), clock.instant());
    }
}
