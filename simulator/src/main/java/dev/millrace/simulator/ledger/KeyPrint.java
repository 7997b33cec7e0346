package dev.millrace.simulator.ledger;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// What the ledger keeps of a key: its first four characters, `#`, and twelve hexadecimal digits of its SHA-256.
///
/// Of a key shorter than eight characters nothing is shown but the digest.
public final class KeyPrint {

    private static final int CACHED = 10_000;
    private static final Map<String, String> PRINTS = new ConcurrentHashMap<>();
    private static final Pattern KEY_IN_QUERY = Pattern.compile("([?&]key=)([^& ]+)");

    private KeyPrint() {}

    /// The print of a key.
    ///
    /// @param key the key itself, without `Bearer`
    public static String of(String key) {
        String known = PRINTS.get(key);
        if (known != null) {
            return known;
        }
        String print = (key.length() < 8 ? "" : key.substring(0, 4)) + "#" + digest(key);
        if (PRINTS.size() < CACHED) {
            PRINTS.put(key, print);
        }
        return print;
    }

    /// The line with the key in it, if it has one, replaced by its print.
    public static String mask(String line) {
        int colon = line.indexOf(':');
        String name = colon < 0 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
        String value = colon < 0 ? "" : line.substring(colon + 1).strip();
        return switch (name) {
            case "authorization", "proxy-authorization" -> {
                int blank = value.indexOf(' ');
                yield line.substring(0, colon + 1) + " " + value.substring(0, blank + 1)
                        + of(value.substring(blank + 1));
            }
            case "x-api-key", "x-goog-api-key", "api-key", "cookie" -> line.substring(0, colon + 1) + " " + of(value);
            default -> KEY_IN_QUERY.matcher(line).replaceAll(m -> m.group(1) + of(m.group(2)));
        };
    }

    private static String digest(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
