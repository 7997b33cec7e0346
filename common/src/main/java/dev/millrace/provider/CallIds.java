package dev.millrace.provider;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// Ids of tool calls that carry something home: `<id>.<tag>.<base64url of the deflated payload>`. A client returns the
/// id and often nothing else, through whichever instance, so what a provider wants to see again, such as signed
/// thinking, travels in it.
public final class CallIds {

    /// Of Anthropic's signed thinking.
    public static final String ANTHROPIC = "mra";

    /// Of Google's thought signatures.
    public static final String GOOGLE = "mrg";

    /// More than a model may think in a turn: signatures are as long as the thoughts, and do not deflate.
    private static final int LONGEST = 1024 * 1024;
    private static final int LONGEST_PAYLOAD = 4 * 1024 * 1024;

    private CallIds() {}

    /// The id as its provider gave it.
    public static String bare(String id) {
        int end = id.length();
        for (var tag : List.of(ANTHROPIC, GOOGLE)) {
            int mark = id.indexOf("." + tag + ".");
            end = mark < 0 ? end : Math.min(end, mark);
        }
        return id.substring(0, end);
    }

    /// @return the id alone where it would become longer than 1 MiB
    public static String with(String id, String tag, byte[] payload) {
        var text = Base64.getUrlEncoder().withoutPadding().encodeToString(deflated(payload));
        var carrying = id + "." + tag + "." + text;
        return carrying.length() > LONGEST ? id : carrying;
    }

    /// What an id carries under a tag; empty where that is nothing, or not what [#with] wrote.
    public static Optional<byte[]> payload(String id, String tag) {
        var mark = "." + tag + ".";
        int at = id.indexOf(mark);
        if (at < 0 || id.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            var text = id.substring(at + mark.length()).getBytes(StandardCharsets.US_ASCII);
            return inflated(Base64.getUrlDecoder().decode(text));
        } catch (IllegalArgumentException | DataFormatException garbage) {
            return Optional.empty();
        }
    }

    private static byte[] deflated(byte[] payload) {
        try (var deflater = new Deflater(Deflater.BEST_COMPRESSION)) {
            deflater.setInput(payload);
            deflater.finish();
            var bytes = new ByteArrayOutputStream();
            var piece = new byte[4096];
            while (!deflater.finished()) {
                bytes.write(piece, 0, deflater.deflate(piece));
            }
            return bytes.toByteArray();
        }
    }

    private static Optional<byte[]> inflated(byte[] deflated) throws DataFormatException {
        try (var inflater = new Inflater()) {
            inflater.setInput(deflated);
            var bytes = new ByteArrayOutputStream();
            var piece = new byte[4096];
            while (!inflater.finished()) {
                int length = inflater.inflate(piece);
                if (length == 0 && !inflater.finished() || bytes.size() + length > LONGEST_PAYLOAD) {
                    return Optional.empty();
                }
                bytes.write(piece, 0, length);
            }
            return Optional.of(bytes.toByteArray());
        }
    }
}
