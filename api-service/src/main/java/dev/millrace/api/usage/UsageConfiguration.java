package dev.millrace.api.usage;

import dev.millrace.database.Database;
import dev.millrace.ledger.UsageSums;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class UsageConfiguration {

    @Bean
    UsageSums usageSums(Database database) {
        return new UsageSums(database);
    }
}
