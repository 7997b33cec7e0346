package dev.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.access.Secret;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.provider.ProviderKey;
import dev.millrace.routing.Routes;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Whatever keys the environment of a test holds, only what its settings name is called.
@DisplayNameGeneration(ReplaceUnderscores.class)
class EnvironmentKeysTest {

    @Test
    void keys_of_the_environment_make_no_provider() {
        // Surefire puts them there; see the parent's pom.
        for (var name : new String[] {"VECTOR_API_KEY", "OPENAI_API_KEY"}) {
            var canary = System.getenv(name);
            assertThat(canary).as(name).startsWith("canary");
            var ref = ProviderKey.of(new Secret(canary)).ref();
            assertThat(SharedApi.get().bean(Routes.class).providers())
                    .isNotEmpty()
                    .allSatisfy(provider -> {
                        assertThat(provider.key(ref)).isEmpty();
                        assertThat(provider.baseUrl().toString()).doesNotContain("canary");
                    });
        }
    }
}
