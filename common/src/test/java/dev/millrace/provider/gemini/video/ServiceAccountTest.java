package dev.millrace.provider.gemini.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.access.Secret;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.gemini.video.ServiceAccount.UnusableException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/// A service account as its key file tells it, and what it says of itself to get a token.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ServiceAccountTest {

    private static final String TOKEN_URI = "https://oauth2.example.com/token";
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

    @TempDir
    Path folder;

    private static ServiceAccount account(String secret) throws UnusableException {
        return ServiceAccount.of(new Secret(secret));
    }

    @Test
    void an_assertion_says_who_asks_for_what_for_how_long_and_is_signed_with_the_accounts_key()
            throws UnusableException, GeneralSecurityException {
        var parts = account(TestAccount.json(TOKEN_URI)).assertion(NOW).split("\\.", -1);
        assertThat(parts).hasSize(3);
        assertThat(Simulated.JSON.readTree(Base64.getUrlDecoder().decode(parts[0])))
                .isEqualTo(Simulated.JSON.readTree("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"canary-key-id\"}"));
        long now = NOW.getEpochSecond();
        assertThat(Simulated.JSON.readTree(Base64.getUrlDecoder().decode(parts[1])))
                .isEqualTo(Simulated.JSON.readTree("{\"iss\":\"millrace@p1.iam.gserviceaccount.com\",\"scope\":"
                        + "\"https://www.googleapis.com/auth/cloud-platform\",\"aud\":\"" + TOKEN_URI
                        + "\",\"iat\":" + now + ",\"exp\":" + (now + 3_600) + "}"));
        var signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(TestAccount.KEYS.getPublic());
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    }

    @Test
    void the_key_may_be_the_path_of_the_accounts_file() throws IOException, UnusableException {
        var file = Files.writeString(folder.resolve("account.json"), TestAccount.json(TOKEN_URI));
        assertThat(account(file.toString())).isEqualTo(account(TestAccount.json(TOKEN_URI)));
    }

    @Test
    void an_account_that_names_no_address_for_its_tokens_gets_them_from_googles() throws UnusableException {
        var json = (ObjectNode) Simulated.JSON.readTree(TestAccount.json(TOKEN_URI));
        json.remove("token_uri");
        assertThat(account(json.toString()).tokenUri()).isEqualTo(URI.create("https://oauth2.googleapis.com/token"));
    }

    @Test
    void what_is_shown_of_an_account_is_its_name() throws UnusableException {
        assertThat(account(TestAccount.json(TOKEN_URI)))
                .hasToString("ServiceAccount[millrace@p1.iam.gserviceaccount.com]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/no/such/file.json                                                         | readable file",
                "AIza-canary-an-api-key                                                     | readable file",
                "{'client_email':'a@b'                                                      | no JSON",
                "{'private_key':'canary'}                                                   | client_email",
                "{'client_email':'a@b'}                                                     | private_key",
                "{'client_email':'a@b','private_key':'canary'}                              | can't be read",
                "{'client_email':'a@b','private_key':'canary','token_uri':'file:///canary'} | token_uri",
            })
    void what_is_no_service_account_is_refused_by_what_is_wrong_without_being_shown(String secret, String reason) {
        assertThatExceptionOfType(UnusableException.class)
                .isThrownBy(() -> account(secret.replace('\'', '"')))
                .withMessageContaining(reason)
                .satisfies(unusable -> assertThat(unusable.getMessage()).doesNotContain("canary"));
    }
}
