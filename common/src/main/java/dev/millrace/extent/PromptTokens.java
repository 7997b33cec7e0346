package dev.millrace.extent;

/// How many tokens a prompt may come to, from its bytes alone. For English text; other languages are off by a factor
/// that an estimate may be off by.
public final class PromptTokens {

    private static final int BYTES_PER_TOKEN = 4;

    /// No text has a longer one; what does is a picture or a sound in base64.
    private static final int LONGEST_WORD = 1_000;

    /// A picture has some hundreds to some thousands, whatever bytes it has.
    private static final int OF_A_FILE = 1_000;

    private static final boolean[] BASE64 = new boolean[128];

    static {
        // Slashes may be escaped, and lines may end.
        var letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=\\";
        letters.chars().forEach(c -> BASE64[c] = true);
    }

    private PromptTokens() {}

    public static long estimate(byte[] body) {
        if (body.length <= LONGEST_WORD) {
            return body.length / BYTES_PER_TOKEN;
        }
        long text = 0;
        long files = 0;
        int word = 0;
        for (byte one : body) {
            if (one >= 0 && BASE64[one]) {
                word++;
                continue;
            }
            if (word > LONGEST_WORD) {
                files++;
            } else {
                text += word;
            }
            text++;
            word = 0;
        }
        return text / BYTES_PER_TOKEN + files * OF_A_FILE;
    }
}
