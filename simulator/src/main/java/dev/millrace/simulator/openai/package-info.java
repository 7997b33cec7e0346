/// The OpenAI wire format: chat, models, embeddings, images and videos.
@NullMarked
package dev.millrace.simulator.openai;

import org.jspecify.annotations.NullMarked;
