package dev.millrace.core;

import dev.millrace.kafka.KafkaWatch;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/// Without Kafka jobs are accepted and run, only later: the service is ready, and says that it is degraded.
@Component("kafkaHealthIndicator")
class KafkaHealth implements HealthIndicator {

    private final KafkaWatch watch;

    KafkaHealth(KafkaWatch watch) {
        this.watch = watch;
    }

    @Override
    public Health health() {
        return watch.available()
                ? Health.up().build()
                : Health.status("DEGRADED").build();
    }
}
