package dev.millrace.ledger;

import java.math.BigDecimal;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a render is paid by: the length and the size that its request asks for.
///
/// @param size as `1280x720`
public record VideoUse(BigDecimal seconds, String size) {

    /// As the wire format has it where a request says nothing.
    private static final VideoUse DEFAULT = new VideoUse(BigDecimal.valueOf(4), "720x1280");

    /// @param request the OpenAI body; one that can't be read has been refused before
    public static VideoUse of(byte[] request) {
        try {
            var body = JsonMapper.shared().readTree(request);
            return new VideoUse(
                    seconds(body.path("seconds")).orElse(DEFAULT.seconds()),
                    body.path("size").asString(DEFAULT.size()));
        } catch (JacksonException unreadable) {
            return DEFAULT;
        }
    }

    private static Optional<BigDecimal> seconds(JsonNode value) {
        try {
            return value.isString() || value.isNumber()
                    ? Optional.of(new BigDecimal(value.asString())).filter(given -> given.signum() > 0)
                    : Optional.empty();
        } catch (NumberFormatException noNumber) {
            return Optional.empty();
        }
    }
}
