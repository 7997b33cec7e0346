/// Embeddings, straight from a provider.
@NullMarked
package dev.millrace.api.embedding;

import org.jspecify.annotations.NullMarked;
