package dev.millrace.api.operator;

import dev.millrace.access.ApiKeyRepository;
import dev.millrace.access.ProjectRepository;
import dev.millrace.access.SecretBox;
import dev.millrace.api.delivery.Resending;
import dev.millrace.api.follow.Waits;
import dev.millrace.api.http.StrictJson;
import dev.millrace.api.problem.ContainerErrors;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problems;
import dev.millrace.event.JobSignals;
import dev.millrace.job.JobQueries;
import dev.millrace.ledger.Budgets;
import dev.millrace.provider.Adapters;
import dev.millrace.render.Holds;
import dev.millrace.routing.Routes;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.webhook.DeliveryLog;
import java.time.Clock;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.context.annotation.Bean;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// The operator's endpoints live in the management port's own context, so that the public port has no route to them.
/// They are named in `ManagementContextConfiguration.imports`; the application's scan leaves this package out.
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
public class OperatorConfiguration {

    @Bean
    OperatorGate operatorGate(MillraceSettings settings, Problems operatorProblems) {
        return new OperatorGate(settings.operator(), operatorProblems);
    }

    /// The framework's errors of this context, and its container's, are written in the one shape too.
    @Bean
    Problems operatorProblems() {
        return new Problems();
    }

    @Bean
    ContainerErrors operatorContainerErrors() {
        return new ContainerErrors();
    }

    @Bean
    OperatorBody operatorBody(StrictJson json) {
        return new OperatorBody(json);
    }

    @Bean
    ProjectController projectController(
            ProjectRepository projects,
            ApiKeyRepository keys,
            SecretBox box,
            DatabaseCalls database,
            PlatformTransactionManager transactions,
            OperatorBody body,
            Clock clock,
            Budgets budgets) {
        var accounts = new Accounts(projects, keys, box, new TransactionTemplate(transactions), clock, budgets);
        return new ProjectController(accounts, database, body);
    }

    @Bean
    HoldController holdController(
            Holds holds,
            Routes routes,
            Adapters adapters,
            MillraceSettings settings,
            JobQueries jobs,
            JobSignals signals,
            Waits waits,
            DatabaseCalls database,
            OperatorBody body) {
        var resolver = new HoldResolver(holds, routes, adapters, settings.render(), database);
        return new HoldController(holds, resolver, jobs, signals, waits, database, body);
    }

    @Bean
    UndeliveredController undeliveredController(DeliveryLog deliveries, Resending resending, DatabaseCalls database) {
        return new UndeliveredController(deliveries, resending, database);
    }
}
