package dev.millrace.simulator.desk;

import dev.millrace.simulator.behaviour.Behaviour;
import java.util.List;
import java.util.function.Function;

/// Answers with the models that a provider has, or with the one that was asked for.
///
/// @param wanted the one model; empty for the list
/// @param one a model in the wire format
/// @param all the list in the wire format
public record ModelListing(
        Incoming incoming, String wanted, Function<String, String> one, Function<List<String>, String> all)
        implements Task {

    @Override
    public String model() {
        return wanted;
    }

    @Override
    public String prompt() {
        return "";
    }

    @Override
    public Answer answer(Behaviour behaviour) {
        return Answer.json(
                wanted.isEmpty() ? all.apply(incoming.provider().settings().models()) : one.apply(wanted));
    }
}
