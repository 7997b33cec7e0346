package dev.millrace.api.accept;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/// Projects that are known to have a budget, so that their submissions come with an estimate at once. Nothing hangs on
/// it: a submission without one that needs it is not accepted, and comes again; one that needs none reserves nothing.
@Component
final class BudgetedProjects {

    private static final Duration KEEP = Duration.ofMinutes(1);

    private final Clock clock;
    private final Map<UUID, Instant> until = new ConcurrentHashMap<>();

    BudgetedProjects(Clock clock) {
        this.clock = clock;
    }

    boolean contains(UUID project) {
        var known = until.get(project);
        if (known == null) {
            return false;
        }
        if (clock.instant().isBefore(known)) {
            return true;
        }
        until.remove(project, known);
        return false;
    }

    void add(UUID project) {
        until.put(project, clock.instant().plus(KEEP));
    }
}
