package dev.millrace.render;

/// A finished file in the asset store, about to be named by a row.
///
/// @param path relative to the store's root
public record StoredFile(String path, String contentType, long bytes, byte[] sha256) {}
