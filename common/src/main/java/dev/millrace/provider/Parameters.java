package dev.millrace.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// What became of the parameters that a target does not have.
///
/// @param dropped those that were let go
/// @param unfit the refusal of the first that may not be; the body is then of no use
public record Parameters(List<String> dropped, Optional<ProviderOutcome.Unfit> unfit) {

    /// Takes out of a request what its target does not have. A `null` is nothing to refuse, and goes without a word.
    ///
    /// @param body the request, which is changed
    /// @param missing names of top-level parameters: the wire format's own and [Traits#refuses()]
    /// @param mayDrop what may be let go
    public static Parameters settle(ObjectNode body, Set<String> missing, Set<String> mayDrop) {
        var dropped = new ArrayList<String>();
        for (var name : List.copyOf(body.propertyNames())) {
            if (!missing.contains(name)) {
                continue;
            }
            if (!body.path(name).isNull()) {
                if (!mayDrop.contains(name)) {
                    return new Parameters(List.of(), Optional.of(unfit(name)));
                }
                dropped.add(name);
            }
            body.remove(name);
        }
        return new Parameters(List.copyOf(dropped), Optional.empty());
    }

    private static ProviderOutcome.Unfit unfit(String name) {
        return new ProviderOutcome.Unfit(name, "This model does not take '" + name + "'.");
    }
}
