/// Google's video formats: Veo as a long-running operation, on the Gemini API and on Vertex AI, and Omni's
/// interactions.
@NullMarked
package dev.millrace.provider.gemini.video;

import org.jspecify.annotations.NullMarked;
