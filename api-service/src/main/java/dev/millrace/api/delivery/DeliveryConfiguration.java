package dev.millrace.api.delivery;

import dev.millrace.database.Database;
import dev.millrace.webhook.DeliveryLog;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class DeliveryConfiguration {

    @Bean
    DeliveryLog deliveryLog(Database database) {
        return new DeliveryLog(database);
    }
}
