package dev.millrace.routing;

import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// Warns of deployments that their provider shuts down soon, at the start and once a day.
public final class Retirements implements SmartLifecycle {

    private static final int DAYS_BEFORE = 14;
    private static final Duration EVERY = Duration.ofMinutes(10);

    private static final Logger log = LoggerFactory.getLogger(Retirements.class);

    private final Routes routes;
    private final Clock clock;
    private @Nullable LocalDate warned;
    private Thread thread = new Thread();

    public Retirements(Routes routes, Clock clock) {
        this.routes = routes;
        this.clock = clock;
    }

    /// The warnings of a day; none if it has been asked for that day before.
    List<String> warnings() {
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        if (today.equals(warned)) {
            return List.of();
        }
        warned = today;
        var warnings = new ArrayList<String>();
        var seen = new HashSet<String>();
        for (var route : routes.all()) {
            for (var one : route.tiers().stream().flatMap(List::stream).toList()) {
                one.shutdown()
                        .filter(day -> !day.isAfter(today.plusDays(DAYS_BEFORE)))
                        .filter(day -> seen.add(one.name() + " " + day))
                        .ifPresent(day -> warnings.add(
                                one.isRetired(today)
                                        ? "Deployment " + one.name() + " is out of service since " + day
                                                + " and is not used any more"
                                        : "Deployment " + one.name() + " goes out of service on " + day));
            }
            if (route.tiers().stream().flatMap(List::stream).allMatch(one -> one.isRetired(today))) {
                warnings.add("Model " + route.model() + " has no deployment that is in service");
            }
        }
        return warnings;
    }

    private void watch() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                warnings().forEach(log::warn);
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void start() {
        thread = Thread.ofVirtual().name("retirements").start(this::watch);
    }

    @Override
    public void stop() {
        thread.interrupt();
    }

    @Override
    public boolean isRunning() {
        return thread.isAlive();
    }
}
