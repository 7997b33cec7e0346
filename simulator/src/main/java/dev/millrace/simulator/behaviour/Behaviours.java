package dev.millrace.simulator.behaviour;

import dev.millrace.simulator.ledger.Operation;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/// Finds the behaviour for a request: what its model name says, overlaid by every rule that matches, the later the
/// stronger.
public final class Behaviours {

    private static final int NAMES_CACHED = 10_000;

    private final Map<String, ModelName> names = new ConcurrentHashMap<>();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final Tally tally = new Tally();
    private final AtomicLong ids = new AtomicLong();

    /// Sets a rule; one with the same match gives way to it.
    public Rule put(Rule.Match match, Map<String, String> words) throws InvalidBehaviourException {
        Rule rule = new Rule("rule_" + ids.incrementAndGet(), match, words);
        rules.removeIf(other -> other.match().equals(match));
        rules.add(rule);
        return rule;
    }

    /// Takes rules away.
    ///
    /// @return how many were removed
    public int remove(Predicate<Rule> which) {
        int before = rules.size();
        rules.removeIf(which);
        return before - rules.size();
    }

    public List<Rule> rules() {
        return List.copyOf(rules);
    }

    public void reset() {
        rules.clear();
        tally.clear();
    }

    /// Whether a rule wants this request's connection reset before its body is read.
    public boolean resetsBeforeBody(String provider, Operation operation, String key) {
        if (rules.isEmpty()) {
            return false;
        }
        Occasion occasion = new Occasion(provider, operation, "", "", key);
        return rules.stream()
                .anyMatch(rule -> rule.actsBeforeBody() && rule.apply(occasion).isPresent());
    }

    /// The behaviour for this request, which counts as met by it.
    ///
    /// @throws InvalidBehaviourException if the model name carries a behaviour that does not exist
    public Behaviour of(Occasion occasion) throws InvalidBehaviourException {
        Behaviour behaviour = occasion.model().indexOf('~') < 0 ? Behaviour.NORMAL : named(occasion);
        for (Rule rule : rules) {
            if (!rule.actsBeforeBody()) {
                behaviour = behaviour.overlaidBy(rule.apply(occasion).orElse(Behaviour.NORMAL));
            }
        }
        return behaviour;
    }

    private Behaviour named(Occasion occasion) throws InvalidBehaviourException {
        ModelName name = names.get(occasion.model());
        if (name == null) {
            name = ModelName.parse(occasion.model());
            if (names.size() < NAMES_CACHED) {
                names.put(occasion.model(), name);
            }
        }
        Behaviour behaviour = name.of(occasion.operation());
        Limits limits = behaviour.limits();
        if (limits.none() || limits.meets(tally.next(counted(limits, occasion)))) {
            return behaviour;
        }
        return behaviour.hasFault() ? behaviour.withoutFaults() : Behaviour.NORMAL;
    }

    /// A name is counted where it is used: by provider and operation.
    private static Object counted(Limits limits, Occasion occasion) {
        return List.of(occasion.provider(), occasion.operation(), occasion.model(), limits.countedBy(occasion));
    }
}
