package dev.millrace.simulator.speech;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// What providers sign their thoughts with, so that a caller who sends them back changed is found out.
public final class Seal {

    private Seal() {}

    /// The seal of a text, in base64.
    public static String of(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(("simulator\n" + text).getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    public static boolean fits(String text, String seal) {
        return of(text).equals(seal);
    }
}
