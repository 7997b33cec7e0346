package dev.millrace.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Encrypts what must be read again, such as a project's webhook secret, under the platform's one secret key:
/// AES-256-GCM with a random nonce before the text, bound to the project that it belongs to.
public final class SecretBox {

    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    /// @param secretKey Base64 of 32 bytes, `MILLRACE_SECRET_KEY`
    /// @throws IllegalArgumentException if it is anything else
    public SecretBox(Secret secretKey) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(secretKey.reveal().strip());
        } catch (IllegalArgumentException notBase64) {
            throw new IllegalArgumentException("MILLRACE_SECRET_KEY must be Base64 of 32 bytes");
        }
        if (bytes.length != 32) {
            throw new IllegalArgumentException("MILLRACE_SECRET_KEY must be Base64 of 32 bytes");
        }
        this.key = new SecretKeySpec(bytes, "AES");
    }

    public byte[] seal(UUID owner, Secret text) {
        var nonce = new byte[NONCE];
        random.nextBytes(nonce);
        try {
            var cipher = cipher(Cipher.ENCRYPT_MODE, nonce, owner);
            var sealed = cipher.doFinal(text.reveal().getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.allocate(NONCE + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM is part of every JDK", impossible);
        }
    }

    /// @throws IllegalStateException if it was sealed under another key or for another owner, or never
    public Secret open(UUID owner, byte[] sealed) {
        try {
            var nonce = java.util.Arrays.copyOf(sealed, NONCE);
            var cipher = cipher(Cipher.DECRYPT_MODE, nonce, owner);
            var text = cipher.doFinal(sealed, NONCE, sealed.length - NONCE);
            return new Secret(new String(text, StandardCharsets.UTF_8));
        } catch (GeneralSecurityException | IllegalArgumentException notOurs) {
            throw new IllegalStateException(
                    "A stored secret does not open under this MILLRACE_SECRET_KEY; was it changed?", notOurs);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, UUID owner) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(owner.toString().getBytes(StandardCharsets.US_ASCII));
        return cipher;
    }
}
