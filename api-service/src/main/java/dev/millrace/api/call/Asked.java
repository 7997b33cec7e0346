package dev.millrace.api.call;

import dev.millrace.api.security.Caller;
import dev.millrace.routing.ModelRoute;

/// A call that was asked for, whoever answers it.
///
/// @param id its `x-request-id`
public record Asked(String id, Caller caller, ModelRoute route, boolean streamed) {}
