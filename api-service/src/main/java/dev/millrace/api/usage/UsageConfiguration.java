package dev.millrace.api.usage;

import dev.millrace.database.Database;
import dev.millrace.ledger.Accounts;
import dev.millrace.ledger.Budgets;
import dev.millrace.ledger.Prices;
import dev.millrace.ledger.Spend;
import dev.millrace.ledger.UsageSums;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class UsageConfiguration {

    @Bean
    Budgets budgets(Database database) {
        return new Budgets(database);
    }

    @Bean
    Accounts accounts(Database database, Prices prices, Spend spend, Clock clock, MeterRegistry meters) {
        var accounts = new Accounts(database, prices, spend, clock);
        Gauge.builder("millrace.calls.unwritten", accounts, Accounts::unwritten)
                .description("Attempts of interactive calls that wait to be written")
                .register(meters);
        return accounts;
    }

    @Bean
    UsageSums usageSums(Database database) {
        return new UsageSums(database);
    }
}
