package dev.millrace.api.accept;

import dev.millrace.api.problem.Problem;
import dev.millrace.job.NewJob;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/// The `Idempotency-Key` of a submission, and the fingerprint of what was submitted under it: SHA-256 over the envelope
/// with the members of each object in order, so that neither spacing nor order makes another request of it.
final class IdempotencyKey {

    private static final int LONGEST = 255;

    private IdempotencyKey() {}

    /// @param envelope read again as a tree, only if there is a key
    /// @throws Problem 400 if the key is not 1 to 255 printable ASCII characters
    static Optional<NewJob.Idempotency> of(HttpServletRequest request, Supplier<JsonNode> envelope) {
        var keys = request.getHeaders("Idempotency-Key");
        if (!keys.hasMoreElements()) {
            return Optional.empty();
        }
        var key = keys.nextElement();
        if (keys.hasMoreElements()
                || key.isEmpty()
                || key.length() > LONGEST
                || !key.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
            throw Problem.invalid(
                    "Idempotency-Key",
                    "invalid_idempotency_key",
                    "'Idempotency-Key' must be 1 to " + LONGEST + " printable ASCII characters.");
        }
        return Optional.of(new NewJob.Idempotency(key, fingerprint(envelope.get())));
    }

    static byte[] fingerprint(JsonNode envelope) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            add(digest, envelope);
            return digest.digest();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is part of every JDK", impossible);
        }
    }

    /// Each value begins with its kind and its length, so that no two different trees give the same bytes.
    private static void add(MessageDigest digest, JsonNode node) {
        switch (node.getNodeType()) {
            case OBJECT -> {
                var members = new TreeMap<String, JsonNode>();
                node.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
                add(digest, 'o', Integer.toString(members.size()));
                members.forEach((name, value) -> {
                    add(digest, 'n', name);
                    add(digest, value);
                });
            }
            case ARRAY -> {
                add(digest, 'a', Integer.toString(node.size()));
                node.forEach(element -> add(digest, element));
            }
            case STRING -> add(digest, 's', node.stringValue());
            case NUMBER -> add(digest, 'd', node.asString());
            default -> add(digest, 'l', node.asString());
        }
    }

    private static void add(MessageDigest digest, char kind, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update((byte) kind);
        digest.update((byte) (bytes.length >>> 24));
        digest.update((byte) (bytes.length >>> 16));
        digest.update((byte) (bytes.length >>> 8));
        digest.update((byte) bytes.length);
        digest.update(bytes);
    }
}
