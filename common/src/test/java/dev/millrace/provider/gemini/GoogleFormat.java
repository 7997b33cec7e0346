package dev.millrace.provider.gemini;

import dev.millrace.provider.Format;

/// What Google's wire formats have in common.
public interface GoogleFormat extends Format {

    @Override
    default boolean namesRequests() {
        return false;
    }
}
