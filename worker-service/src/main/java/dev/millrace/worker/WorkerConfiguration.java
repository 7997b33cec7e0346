package dev.millrace.worker;

import dev.millrace.database.Database;
import dev.millrace.dispatch.Dispatcher;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobClaims;
import dev.millrace.job.RequestRoom;
import dev.millrace.lease.TakeBacks;
import dev.millrace.lease.Workers;
import dev.millrace.retention.Retention;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.webhook.DeliveryStore;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// The core's parts that only a worker needs.
@Configuration(proxyBeanMethods = false)
class WorkerConfiguration {

    @Bean
    Workers workers(Database database, MillraceSettings settings) {
        return new Workers(database, settings.lease().duration());
    }

    @Bean
    TakeBacks takeBacks(Database database, MillraceSettings settings) {
        return new TakeBacks(database, settings.lease(), settings.render().arrivalWindow());
    }

    @Bean
    RequestRoom requestRoom(MillraceSettings settings) {
        return new RequestRoom(settings.worker().mostRequestBytes());
    }

    @Bean
    JobClaims jobClaims(Database database, MillraceSettings settings, RequestRoom requests) {
        return new JobClaims(database, settings.lease().duration(), requests);
    }

    @Bean
    JobCancels jobCancels(Database database) {
        return new JobCancels(database);
    }

    @Bean
    Retention retention(Database database, MillraceSettings settings) {
        return new Retention(database, settings.retention());
    }

    @Bean
    Dispatcher dispatcher(Database database, MillraceSettings settings) {
        return new Dispatcher(database, settings.dispatch());
    }

    @Bean
    DeliveryStore deliveryStore(Database database) {
        return new DeliveryStore(database);
    }
}
