package dev.millrace.core;

import dev.millrace.database.Database;
import dev.millrace.kafka.Broadcast;
import dev.millrace.kafka.KafkaWatch;
import dev.millrace.kafka.Publisher;
import dev.millrace.routing.Hints;
import dev.millrace.routing.Retirements;
import dev.millrace.routing.RetryBudget;
import dev.millrace.routing.Router;
import dev.millrace.routing.Routes;
import dev.millrace.routing.RoutingMeters;
import dev.millrace.share.Shares;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.random.RandomGenerator;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// How the deployment of an attempt is chosen, and what is remembered of each.
@Configuration(proxyBeanMethods = false)
class RoutingConfiguration {

    @Bean
    Shares shares(Database database, Clock clock) {
        return new Shares(database, clock);
    }

    @Bean
    Hints hints(Publisher publisher, Clock clock) {
        return new Hints(publisher, clock);
    }

    @Bean
    Router router(Clock clock, RandomGenerator random, Shares shares, Hints hints, Routes routes) {
        var router = new Router(clock, random, shares, hints);
        router.prepare(routes);
        return router;
    }

    @Bean
    RetryBudget retryBudget(Clock clock, Router router) {
        return new RetryBudget(clock, router);
    }

    @Bean
    Broadcast hintReader(KafkaProperties kafka, KafkaWatch watch, Hints hints, Router router) {
        return Broadcast.of(Hints.TOPIC, kafka, watch, value -> hints.received(value, router));
    }

    @Bean
    RoutingMeters routingMeters(Router router, Routes routes, MeterRegistry meters) {
        return new RoutingMeters(router, routes, meters);
    }

    @Bean
    Retirements retirements(Routes routes, Clock clock) {
        return new Retirements(routes, clock);
    }
}
