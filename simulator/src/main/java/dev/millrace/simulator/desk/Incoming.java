package dev.millrace.simulator.desk;

import dev.millrace.simulator.http.RequestHead;
import dev.millrace.simulator.ledger.Entry;

/// A request as an endpoint gets it.
///
/// @param path the path below the provider's prefix
/// @param key  the print of the caller's key
public record Incoming(Provider provider, RequestHead head, String path, byte[] body, String key, Entry entry) {}
