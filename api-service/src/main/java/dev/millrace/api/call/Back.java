package dev.millrace.api.call;

import dev.millrace.routing.Rest;
import java.time.Duration;

/// When the first of the deployments that rest is back, and why they rest.
record Back(Duration in, Rest why) {}
