package dev.millrace.api.call;

import dev.millrace.api.security.Caller;
import dev.millrace.extent.Extent;
import dev.millrace.routing.ModelKind;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.Need;

/// A call that was asked for, whoever answers it.
///
/// @param id its `x-request-id`
public record Asked(String id, Caller caller, ModelRoute route, boolean streamed, Extent extent) {

    /// What it may use of the tokens that a provider's account has in a minute.
    Need need() {
        return Need.of(extent);
    }

    /// How many calls it counts as where calls have a price: each picture is one.
    public int calls() {
        return route.kind() == ModelKind.IMAGE ? extent.answers() : 1;
    }
}
