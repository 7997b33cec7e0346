package dev.millrace.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/// The form of an API key: `mr_`, eight characters that find it, and 43 that carry 256 random bits. It is shown once;
/// what is kept is the prefix and the SHA-256 of the whole. A slow hash would add nothing to that many random bits.
public final class ApiKeys {

    private static final Pattern FORM = Pattern.compile("mr_[A-Za-z0-9_-]{8}[A-Za-z0-9_-]{43}");
    private static final int PREFIX = "mr_".length() + 8;

    private static final SecureRandom random = new SecureRandom();

    private ApiKeys() {}

    public static Secret generate() {
        return new Secret("mr_" + randomText(6) + randomText(32));
    }

    /// @return empty for anything that is no key of ours, whatever characters it holds
    public static Optional<String> prefix(String key) {
        return FORM.matcher(key).matches() ? Optional.of(key.substring(0, PREFIX)) : Optional.empty();
    }

    public static byte[] hash(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is part of every JDK", impossible);
        }
    }

    private static String randomText(int bytes) {
        var drawn = new byte[bytes];
        random.nextBytes(drawn);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(drawn);
    }
}
