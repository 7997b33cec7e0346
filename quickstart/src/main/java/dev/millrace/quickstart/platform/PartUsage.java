package dev.millrace.quickstart.platform;

import dev.millrace.quickstart.process.ProcessUsage;

/// What one part of a platform has used.
///
/// @param part      what people call it
/// @param heapBytes the largest heap that its JVM may use; 0 for PostgreSQL, which is no JVM
public record PartUsage(String part, long heapBytes, ProcessUsage usage) {}
