package dev.millrace.simulator.hold;

import dev.millrace.simulator.behaviour.Rule;
import dev.millrace.simulator.http.Connection;
import dev.millrace.simulator.ledger.Operation;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// All holds in place.
public final class Holds {

    private final List<Hold> holds = new CopyOnWriteArrayList<>();
    private final AtomicLong ids = new AtomicLong();

    /// Puts a hold in place.
    ///
    /// @param times at most so many requests are stopped; `Long.MAX_VALUE` for all
    public Hold add(HoldPoint point, Rule.Match match, long times) {
        Hold hold = new Hold("hold_" + ids.incrementAndGet(), point, match, times);
        holds.add(hold);
        return hold;
    }

    public Optional<Hold> find(String id) {
        return holds.stream().filter(hold -> hold.id().equals(id)).findFirst();
    }

    public List<Hold> all() {
        return List.copyOf(holds);
    }

    public void remove(Hold hold) {
        holds.remove(hold);
        hold.remove();
    }

    public void reset() {
        all().forEach(this::remove);
    }

    /// Whether any request is held at this point at all: asked first, since nearly always none is.
    public boolean anyAt(HoldPoint point) {
        for (Hold hold : holds) {
            if (hold.point() == point) {
                return true;
            }
        }
        return false;
    }

    /// Stands at every hold that matches, one after the other.
    public Release pass(HoldPoint point, String provider, Operation operation, String model, Connection client) {
        for (Hold hold : holds) {
            if (hold.point() == point && hold.match().matches(provider, operation, model)) {
                if (hold.stand(client) == Release.DROP) {
                    return Release.DROP;
                }
            }
        }
        return Release.GO_ON;
    }
}
