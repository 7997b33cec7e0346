package dev.millrace.extent;

import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/// How much a call may come to, as far as its request tells.
///
/// @param prompt tokens of the prompt, by its length
/// @param answer most tokens of one answer; absent where the request sets no limit
/// @param answers how many are asked for: choices of a chat, or pictures
public record Extent(long prompt, OptionalLong answer, int answers) {

    /// Of a chat that was accepted before. Its messages are passed over and not built up.
    ///
    /// @param request the OpenAI body
    public static Extent ofChat(byte[] request) {
        var limits = new AnswerLimits();
        try (var parser = JsonMapper.shared().createParser(request)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                var member = parser.currentName();
                parser.nextToken();
                limits.note(member, parser);
                parser.skipChildren();
            }
        } catch (JacksonException beyondMeasure) {
            // Judged when it was accepted, by other bounds: what has been read counts.
        }
        return limits.extent(request);
    }

    /// Tokens of all answers, each as long as it may be.
    ///
    /// @param assumed of an answer whose request sets no limit
    public long allAnswers(long assumed) {
        return answer.orElse(assumed) * answers;
    }

    /// The same; absent where the request sets no limit.
    public OptionalLong allAnswers() {
        return answer.isPresent() ? OptionalLong.of(answer.getAsLong() * answers) : OptionalLong.empty();
    }
}
