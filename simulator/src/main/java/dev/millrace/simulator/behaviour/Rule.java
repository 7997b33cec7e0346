package dev.millrace.simulator.behaviour;

import dev.millrace.simulator.ledger.Operation;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/// A behaviour set from outside for the requests it matches.
public final class Rule {

    private final String id;
    private final Match match;
    private final Map<String, String> words;
    private final Behaviour behaviour;
    private final Limits limits;
    private final Tally tally = new Tally();
    private final LongAdder met = new LongAdder();

    Rule(String id, Match match, Map<String, String> words) throws InvalidBehaviourException {
        this.id = id;
        this.match = match;
        this.words = Map.copyOf(words);
        this.behaviour = Behaviour.parse(words).withImpliedFault();
        this.limits = behaviour.limits();
    }

    public String id() {
        return id;
    }

    public Match match() {
        return match;
    }

    public Map<String, String> words() {
        return words;
    }

    /// How many requests it has met so far.
    public long met() {
        return met.sum();
    }

    /// Whether it acts before the body has been read, when no model is known yet.
    boolean actsBeforeBody() {
        return behaviour.is(Key.RESET, "before-body") && match.anyModel();
    }

    /// The behaviour for this request, if it matches and the limits let it act.
    Optional<Behaviour> apply(Occasion occasion) {
        if (!match.matches(occasion.provider(), occasion.operation(), occasion.model())) {
            return Optional.empty();
        }
        if (!limits.none() && !limits.meets(tally.next(limits.countedBy(occasion)))) {
            return Optional.empty();
        }
        met.increment();
        return Optional.of(behaviour);
    }

    /// Which requests are meant; empty is any.
    ///
    /// @param model exact, or with a `*` at its end for every name that begins so
    public record Match(Optional<String> provider, Optional<Operation> operation, String model) {

        public boolean matches(String provider, Operation operation, String model) {
            return this.operation.map(o -> o == operation).orElse(true)
                    && this.provider.map(p -> p.equals(provider)).orElse(true)
                    && (this.model.endsWith("*")
                            ? model.startsWith(this.model.substring(0, this.model.length() - 1))
                            : model.equals(this.model));
        }

        boolean anyModel() {
            return model.equals("*");
        }
    }
}
