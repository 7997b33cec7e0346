package dev.millrace.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderType;
import dev.millrace.routing.Provider;
import dev.millrace.routing.ProviderSettings;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SecretTest {

    private static final String CANARY = "sk-canary-0123456789abcdef";

    @Test
    void a_secret_is_masked_wherever_it_is_turned_into_text() {
        var secret = new Secret(CANARY);
        assertThat(secret.toString()).isEqualTo("****");
        assertThat("key " + secret).doesNotContain("canary");
        assertThat(String.format("%s", Optional.of(secret))).doesNotContain("canary");
        assertThat(secret.reveal()).isEqualTo(CANARY);
    }

    @Test
    void neither_a_provider_nor_its_settings_show_a_key() {
        var key = ProviderKey.of(new Secret(CANARY));
        var provider = new Provider("p", ProviderType.OPENAI, URI.create("https://api.example.com/v1"), List.of(key));
        assertThat(key.toString()).doesNotContain("canary");
        assertThat(provider.toString()).doesNotContain("canary");
        assertThat(new ProviderSettings(
                                ProviderType.OPENAI,
                                "https://api.example.com/v1",
                                List.of(CANARY),
                                false,
                                java.util.Set.of(),
                                null)
                        .toString())
                .doesNotContain("canary");
    }

    @Test
    void the_fingerprint_of_a_key_is_the_same_each_time_and_tells_nothing_of_it() {
        assertThat(ProviderKey.of(new Secret(CANARY)).ref())
                .isEqualTo(ProviderKey.of(new Secret(CANARY)).ref())
                .isNotEqualTo(ProviderKey.of(new Secret(CANARY + "x")).ref())
                .matches("[0-9a-f]{16}");
        assertThat(ProviderKey.of(new Secret("abc")).ref())
                .as("SHA-256 of abc, FIPS 180-2")
                .isEqualTo("ba7816bf8f01cfea");
    }

    @Test
    void a_secret_of_nothing_is_blank() {
        assertThat(new Secret("").isBlank()).isTrue();
        assertThat(new Secret(" ").isBlank()).isTrue();
        assertThat(new Secret(CANARY).isBlank()).isFalse();
    }
}
