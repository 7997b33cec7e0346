/// The official SDKs as callers of the service.
@NullMarked
package dev.millrace.api.sdk;

import org.jspecify.annotations.NullMarked;
