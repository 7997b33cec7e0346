package dev.millrace.provider.gemini;

import dev.millrace.provider.CallIds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/// Signatures of thoughts, which Google wants back on the call that it gave them with, carried by the call's id: the
/// caller's client returns it, whatever else it forgets.
///
/// A signature is good for the model that made it only, so that stands with it. With an id that Google gave but did
/// not sign the package is empty: it tells that the id is Google's.
final class ThoughtSignatures {

    /// What Google takes in place of a signature for calls that another model made.
    static final String STAND_IN = "skip_thought_signature_validator";

    private static final int HEAD = 3;
    private static final int BASE64 = 1;
    private static final int MADE_UP = 2;

    private ThoughtSignatures() {}

    /// What an id says of the call that it came with.
    ///
    /// @param id as Google gave it, or whoever else did
    /// @param googles whether it is known that Google gave it
    /// @param signature empty where there is none, or one of another model
    record Origin(String id, boolean googles, String signature) {}

    /// Whether a model refuses a call that is not signed.
    ///
    /// @param model the bare name
    static boolean demandedBy(String model) {
        return !model.startsWith("gemini-2") && !model.startsWith("gemini-1");
    }

    /// The id for the caller.
    ///
    /// @param part one with a `functionCall`
    /// @param first whether it is the first call of its answer, which stands for them all
    static String pack(String model, JsonNode part, boolean first) {
        var given = part.path("functionCall").path("id").asString("");
        var signature = part.path("thoughtSignature").asString("");
        var id = given.isEmpty() ? "call_" + UUID.randomUUID().toString().replace("-", "") : given;
        return signature.isEmpty() && (given.isEmpty() || !first)
                ? id
                : CallIds.with(id, CallIds.GOOGLE, payload(model, given.isEmpty(), signature));
    }

    /// @param id as the caller has it
    static Origin unpack(String model, String id) {
        var bare = CallIds.bare(id);
        var payload = CallIds.payload(id, CallIds.GOOGLE).orElse(new byte[0]);
        if (payload.length < HEAD) {
            return new Origin(bare, false, "");
        }
        boolean googles = (payload[0] & MADE_UP) == 0;
        boolean same = Arrays.equals(payload, 1, HEAD, print(model), 0, HEAD - 1);
        return new Origin(bare, googles, same ? signature(payload) : "");
    }

    private static byte[] payload(String model, boolean madeUp, String signature) {
        var bytes = decoded(signature);
        var payload = new byte[HEAD + bytes.length];
        payload[0] = (byte) ((madeUp ? MADE_UP : 0) | (isBase64(signature) ? BASE64 : 0));
        System.arraycopy(print(model), 0, payload, 1, HEAD - 1);
        System.arraycopy(bytes, 0, payload, HEAD, bytes.length);
        return payload;
    }

    private static String signature(byte[] payload) {
        var bytes = Arrays.copyOfRange(payload, HEAD, payload.length);
        return (payload[0] & BASE64) != 0
                ? Base64.getEncoder().encodeToString(bytes)
                : new String(bytes, StandardCharsets.UTF_8);
    }

    /// Bytes are shorter than their base64; what is not exactly that travels as it is written.
    private static byte[] decoded(String signature) {
        return isBase64(signature) ? Base64.getDecoder().decode(signature) : signature.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isBase64(String signature) {
        try {
            return Base64.getEncoder()
                    .encodeToString(Base64.getDecoder().decode(signature))
                    .equals(signature);
        } catch (IllegalArgumentException noBase64) {
            return false;
        }
    }

    private static byte[] print(String model) {
        int hash = model.hashCode();
        int folded = hash ^ hash >>> 16;
        return new byte[] {(byte) (folded >>> 8), (byte) folded};
    }
}
