package dev.millrace.provider;

import dev.millrace.access.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A credential at a provider.
///
/// @param ref fingerprint that is stored in its place: the first 16 hexadecimal digits of its SHA-256
public record ProviderKey(String ref, Secret secret) {

    public static ProviderKey of(Secret secret) {
        try {
            var hash =
                    MessageDigest.getInstance("SHA-256").digest(secret.reveal().getBytes(StandardCharsets.UTF_8));
            return new ProviderKey(HexFormat.of().formatHex(hash, 0, 8), secret);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is part of every JDK", impossible);
        }
    }
}
