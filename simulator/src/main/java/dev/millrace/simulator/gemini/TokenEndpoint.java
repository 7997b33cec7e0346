package dev.millrace.simulator.gemini;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiError;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.http.Query;
import dev.millrace.simulator.ledger.Operation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.databind.JsonNode;

/// `POST /token`: gives a service account a token of an hour for its signed assertion.
///
/// Everything about the assertion is checked but its signature, whose key the simulator does not have.
final class TokenEndpoint implements Endpoint {

    static final TokenEndpoint INSTANCE = new TokenEndpoint();
    static final String PATH = "/token";

    private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
    /// What Google's own libraries name as the audience, whatever address they ask.
    private static final String GOOGLE = "https://oauth2.googleapis.com/token";

    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int LEAST_SIGNATURE = 256;

    private TokenEndpoint() {}

    @Override
    public Operation operation() {
        return Operation.ACCESS_TOKEN;
    }

    @Override
    public boolean credentialInBody() {
        return true;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        Query form = Query.parse(new String(incoming.body(), StandardCharsets.UTF_8));
        if (!GRANT.equals(form.get("grant_type"))) {
            throw refused("unsupported_grant_type", "Invalid grant_type: " + form.get("grant_type"));
        }
        String assertion = form.get("assertion");
        String[] parts = assertion == null ? new String[0] : assertion.split("\\.", -1);
        if (parts.length != 3 || bytes(parts[2]).length < LEAST_SIGNATURE) {
            throw refused("invalid_grant", "Invalid JWT Signature.");
        }
        if (!json(parts[0]).path("alg").asString("").equals("RS256")) {
            throw refused("invalid_grant", "Invalid JWT: the algorithm must be RS256.");
        }
        return new Grant(incoming, account(json(parts[1]), incoming));
    }

    private static String account(JsonNode claims, Incoming incoming) throws ApiException {
        String account = claims.path("iss").asString("");
        long now = System.currentTimeMillis() / 1000;
        long from = claims.path("iat").asLong(0);
        long to = claims.path("exp").asLong(0);
        if (account.isEmpty()) {
            throw refused("invalid_grant", "Invalid JWT: iss is missing.");
        }
        String audience = claims.path("aud").asString("");
        if (!audience.equals(GOOGLE) && !audience.endsWith(incoming.head().path())) {
            throw refused("invalid_grant", "Invalid JWT: aud must be this address.");
        }
        if (!claims.path("scope").asString("").contains(SCOPE)) {
            throw refused("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
        }
        if (to <= now || to - from > LONGEST.toSeconds() || from > now + 60) {
            throw refused(
                    "invalid_grant",
                    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check"
                            + " your iat and exp values in the JWT claim.");
        }
        return account;
    }

    private static JsonNode json(String part) throws ApiException {
        return GoogleJson.anyObject(bytes(part));
    }

    private static byte[] bytes(String part) throws ApiException {
        try {
            return Base64.getUrlDecoder().decode(part);
        } catch (IllegalArgumentException e) {
            throw refused("invalid_grant", "Invalid JWT Signature.");
        }
    }

    private static ApiException refused(String code, String message) {
        return new ApiError(400, code, code, null, message).toException();
    }

    private record Grant(Incoming incoming, String account) implements Task {

        @Override
        public String model() {
            return "";
        }

        /// The ledger has no better place for who asked.
        @Override
        public String prompt() {
            return account;
        }

        @Override
        public Answer answer(Behaviour behaviour) {
            byte[] random = new byte[24];
            ThreadLocalRandom.current().nextBytes(random);
            String token = "ya29." + HexFormat.of().formatHex(random);
            Duration life = behaviour.time(Key.EXPIRES).orElse(LONGEST.minusSeconds(1));
            incoming.provider().issue(token, account, life);
            return Answer.json("{\"access_token\":\"" + token + "\",\"expires_in\":" + life.toSeconds()
                    + ",\"token_type\":\"Bearer\"}");
        }
    }
}
