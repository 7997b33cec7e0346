package dev.millrace.provider.gemini.video;

import dev.millrace.provider.VideoAdapter.Poll;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What one format's answers about a render look like.
interface Shape {

    /// The names of the texts that may be the video itself.
    Set<String> bytes();

    /// Whether the text in this object is the video.
    boolean isVideo(ObjectNode holder);

    /// Whether the answer has said by now that the render has ended.
    boolean hasEnded(JsonNode answer);

    /// @param mask hides the credentials in the provider's words
    Poll poll(JsonNode answer, UnaryOperator<String> mask);

    /// The address of the finished file, if it is not in the answer itself.
    Optional<String> address(JsonNode answer);
}
