package dev.millrace.ledger;

import dev.millrace.provider.VideoAdapter;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a render is paid by, as far as its request says it.
///
/// @param named the length, where the request names one
/// @param size as `1280x720`
public record VideoUse(Optional<BigDecimal> named, String size) {

    /// A number that is one at sight: what comes of `1e999999999` is reckoned with by nobody.
    private static final Pattern SECONDS = Pattern.compile("\\d{1,6}(?:\\.\\d{1,6})?");

    /// @param request the OpenAI body; one that can't be read has been refused before
    public static VideoUse of(byte[] request) {
        try {
            var body = JsonMapper.shared().readTree(request);
            var size = body.path("size");
            return new VideoUse(
                    seconds(body.path("seconds")), size.isString() ? size.stringValue() : VideoAdapter.USUAL_SIZE);
        } catch (JacksonException unreadable) {
            return new VideoUse(Optional.empty(), VideoAdapter.USUAL_SIZE);
        }
    }

    private static Optional<BigDecimal> seconds(JsonNode value) {
        var text = value.isString() || value.isNumber() ? value.asString() : "";
        return SECONDS.matcher(text).matches()
                ? Optional.of(new BigDecimal(text)).filter(given -> given.signum() > 0)
                : Optional.empty();
    }

    /// The length that a model is asked for.
    ///
    /// @param adapter of the model's provider; without one the length is the one that OpenAI's format takes
    public BigDecimal seconds(Optional<VideoAdapter> adapter, String model) {
        return named.orElseGet(() -> BigDecimal.valueOf(
                adapter.map(of -> of.usualSeconds(model, size)).orElse(VideoAdapter.USUAL_SECONDS)));
    }
}
