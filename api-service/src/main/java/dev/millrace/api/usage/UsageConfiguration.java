package dev.millrace.api.usage;

import dev.millrace.database.Database;
import dev.millrace.ledger.Budgets;
import dev.millrace.ledger.UsageSums;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class UsageConfiguration {

    @Bean
    Budgets budgets(Database database) {
        return new Budgets(database);
    }

    @Bean
    UsageSums usageSums(Database database) {
        return new UsageSums(database);
    }
}
