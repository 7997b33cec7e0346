package dev.millrace.core;

import dev.millrace.database.DatabaseWatch;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/// Without PostgreSQL a service can do nothing: it is not ready.
@Component("databaseHealthIndicator")
class DatabaseHealth implements HealthIndicator {

    private final DatabaseWatch watch;

    DatabaseHealth(DatabaseWatch watch) {
        this.watch = watch;
    }

    @Override
    public Health health() {
        if (!watch.migrated()) {
            return Health.outOfService()
                    .withDetail("waiting", "for PostgreSQL and its schema")
                    .build();
        }
        return watch.available() ? Health.up().build() : Health.down().build();
    }
}
