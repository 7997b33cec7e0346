package dev.millrace.provider.gemini.video;

import dev.millrace.provider.Simulated;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;

/// A service account with a key of its own.
final class TestAccount {

    static final KeyPair KEYS = keys();

    private TestAccount() {}

    private static KeyPair keys() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static String pem() {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(KEYS.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    /// What its key file says.
    static String json(String tokenUri) {
        return Simulated.JSON
                .createObjectNode()
                .put("type", "service_account")
                .put("project_id", "p1")
                .put("private_key_id", "canary-key-id")
                .put("private_key", pem())
                .put("client_email", "millrace@p1.iam.gserviceaccount.com")
                .put("token_uri", tokenUri)
                .toString();
    }
}
