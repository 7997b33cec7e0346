/// Google's wire formats: Gemini's content, Veo's renders as the Gemini API and Vertex have them, Omni's interactions.
@NullMarked
package dev.millrace.simulator.gemini;

import org.jspecify.annotations.NullMarked;
