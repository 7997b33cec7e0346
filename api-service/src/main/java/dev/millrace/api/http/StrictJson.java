package dev.millrace.api.http;

import dev.millrace.settings.MillraceSettings;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON as it may come in: one value, UTF-8, no name twice in an object, nothing deeper, longer or more than the
/// limits.
@Component
public final class StrictJson {

    /// The largest body that makes sense has a tenth of these.
    private static final int MOST_TOKENS = 100_000;

    private static final int LONGEST_NAME = 1_000;
    private static final int LONGEST_NUMBER = 1_000;

    private final JsonFactory factory;
    private final JsonMapper mapper;
    private final int mostDepth;

    @Autowired
    StrictJson(MillraceSettings settings) {
        this(settings.accept().mostBody().toBytes(), settings.accept().mostDepth(), MOST_TOKENS);
    }

    private StrictJson(long most, int mostDepth, long mostTokens) {
        this.mostDepth = mostDepth;
        this.factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(mostDepth)
                        .maxDocumentLength(most)
                        .maxTokenCount(mostTokens)
                        .maxStringLength((int) Math.min(most, Integer.MAX_VALUE))
                        .maxNumberLength(LONGEST_NUMBER)
                        .maxNameLength(LONGEST_NAME)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        this.mapper = JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
    }

    /// The same for bodies of another size.
    public static StrictJson within(long mostBytes, int mostDepth, long mostTokens) {
        return new StrictJson(mostBytes, mostDepth, mostTokens);
    }

    public int mostDepth() {
        return mostDepth;
    }

    /// @throws tools.jackson.core.JacksonException at whatever is not allowed, as the parser comes to it
    public JsonParser parser(byte[] utf8) {
        return factory.createParser(ObjectReadContext.empty(), utf8);
    }

    /// @throws tools.jackson.core.JacksonException if it is not allowed
    public JsonNode tree(byte[] utf8) {
        return mapper.readTree(utf8);
    }

    /// What is wrong, in the parser's words and without its notes on where it read.
    public static String objection(JacksonException broken) {
        var words = String.valueOf(broken.getOriginalMessage());
        var end = words.length();
        for (var note : new String[] {"\n", " (start marker", " [Source", "; line:", "? (not recognized"}) {
            int at = words.indexOf(note);
            end = at >= 0 && at < end ? at : end;
        }
        return words.substring(0, end).replaceAll(", from `[^`]*`", "");
    }

    /// Whether bytes can be UTF-8 text: the parser would take UTF-16 and UTF-32 too, and a mark before the text.
    public static boolean looksLikeUtf8(byte[] bytes) {
        if (bytes.length >= 1 && (bytes[0] & 0xff) >= 0x80) {
            return false;
        }
        return bytes.length < 2 || bytes[0] != 0 && bytes[1] != 0;
    }
}
