package dev.millrace.provider.gemini.video;

import dev.millrace.access.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An identity at Google that signs for itself: what a service account's key file says.
///
/// @param keyId which of the account's keys signs; may be empty
/// @param tokenUri where a signed assertion is changed for a token
record ServiceAccount(String email, String keyId, PrivateKey key, URI tokenUri) {

    private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
    private static final String DEFAULT_TOKEN_URI = "https://oauth2.googleapis.com/token";

    /// The longest life that Google takes.
    private static final Duration ASSERTION_LIFE = Duration.ofHours(1);

    private static final int LARGEST_FILE = 64 * 1024;

    /// The configured key is no service account's. The message names what is wrong, and nothing of the content.
    static final class UnusableException extends Exception {
        UnusableException(String message) {
            super(message);
        }
    }

    /// @param secret the JSON of the key file itself, or the path of the file
    static ServiceAccount of(Secret secret) throws UnusableException {
        var text = secret.reveal().strip();
        var file = read(text.startsWith("{") ? text : content(text));
        var tokenUri = tokenUri(file.path("token_uri").asString(DEFAULT_TOKEN_URI));
        return new ServiceAccount(
                required(file, "client_email"),
                file.path("private_key_id").asString(""),
                privateKey(required(file, "private_key")),
                tokenUri);
    }

    private static String content(String path) throws UnusableException {
        try {
            var file = Path.of(path);
            if (Files.size(file) > LARGEST_FILE) {
                throw new UnusableException("The file of the service account is too large to be one");
            }
            return Files.readString(file);
        } catch (IOException | InvalidPathException unreadable) {
            // The text is not repeated: it may be a key of another kind that was put in the wrong place.
            throw new UnusableException("The key is neither a service account's JSON nor the path of a readable file");
        }
    }

    private static JsonNode read(String json) throws UnusableException {
        try {
            return JsonMapper.shared().readTree(json);
        } catch (JacksonException noJson) {
            throw new UnusableException("The service account's key file is no JSON");
        }
    }

    private static String required(JsonNode file, String field) throws UnusableException {
        var value = file.path(field).asString("");
        if (value.isBlank()) {
            throw new UnusableException("The service account's key file has no " + field);
        }
        return value;
    }

    private static URI tokenUri(String text) throws UnusableException {
        try {
            var uri = URI.create(text);
            var scheme = String.valueOf(uri.getScheme());
            if (uri.getHost() != null && (scheme.equals("https") || scheme.equals("http"))) {
                return uri;
            }
        } catch (IllegalArgumentException noUri) {
            // Answered below.
        }
        throw new UnusableException("The service account's token_uri is not a URL");
    }

    private static PrivateKey privateKey(String pem) throws UnusableException {
        var base64 = pem.replace("-----BEGIN PRIVATE KEY-----", "")
                .replace("-----END PRIVATE KEY-----", "")
                .replaceAll("\\s", "");
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
        } catch (GeneralSecurityException | IllegalArgumentException broken) {
            throw new UnusableException("The service account's private_key can't be read");
        }
    }

    /// What the account says of itself to get a token, signed.
    ///
    /// @see <a href="https://www.rfc-editor.org/rfc/rfc7523">RFC 7523, JWTs as authorization grants</a>
    String assertion(Instant now) {
        var json = JsonMapper.shared();
        var header = json.createObjectNode().put("alg", "RS256").put("typ", "JWT");
        if (!keyId.isEmpty()) {
            header.put("kid", keyId);
        }
        var claims = json.createObjectNode()
                .put("iss", email)
                .put("scope", SCOPE)
                .put("aud", tokenUri.toString())
                .put("iat", now.getEpochSecond())
                .put("exp", now.plus(ASSERTION_LIFE).getEpochSecond());
        var signed = part(header.toString().getBytes(StandardCharsets.UTF_8)) + "."
                + part(claims.toString().getBytes(StandardCharsets.UTF_8));
        try {
            var signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + part(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("RSA is part of every JDK, and the key has been read", impossible);
        }
    }

    private static String part(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// The key is never shown.
    @Override
    public String toString() {
        return "ServiceAccount[" + email + "]";
    }
}
