package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.access.Secret;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.Lease;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderType;
import dev.millrace.provider.Traits;
import dev.millrace.routing.Deployment;
import dev.millrace.routing.KeyPool;
import dev.millrace.routing.ModelKind;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.Need;
import dev.millrace.routing.Provider;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What jobs take from the tokens of a key's minute before they have used any.
@DisplayNameGeneration(ReplaceUnderscores.class)
class NeedsTest {

    private static final String LETTERS = "of all ".repeat(1_000);

    private static ClaimedJob job(JobKind kind, String more) {
        var request = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + LETTERS + "\"}]" + more + "}";
        return new ClaimedJob(
                new Lease(JobId.next(), UUID.randomUUID(), 1),
                UUID.randomUUID(),
                kind,
                "m",
                request.getBytes(StandardCharsets.UTF_8),
                0,
                0,
                Instant.EPOCH,
                Set.of(),
                Set.of());
    }

    /// A model, and behind it one whose key has so many tokens in a minute.
    private static ModelRoute route(ModelKind kind, long tokensPerMinute) {
        return new ModelRoute(
                "m", kind, List.of(List.of(deployment("free", 0)), List.of(deployment("tight", tokensPerMinute))));
    }

    private static Deployment deployment(String name, long tokensPerMinute) {
        var provider = new Provider(
                name,
                ProviderType.OPENAI,
                URI.create("http://127.0.0.1:1"),
                List.of(ProviderKey.of(new Secret("sk-of-" + name))),
                Traits.NONE,
                new KeyPool(Map.of(), 1_000, 0, tokensPerMinute, Duration.ofMinutes(5)));
        return new Deployment(provider, name, 1);
    }

    @Test
    void a_chat_needs_its_prompt_and_all_its_answers_as_long_as_they_may_be() {
        var need = Needs.of(job(JobKind.CHAT, ",\"max_tokens\":500,\"n\":2"), route(ModelKind.CHAT, 10_000));

        assertThat(need.prompt()).isBetween(1_750L, 1_800L);
        assertThat(need.answer()).hasValue(1_000);
    }

    @Test
    void one_that_sets_no_limit_to_its_answer_needs_as_much_as_answers_there_had_of_late() {
        var need = Needs.of(job(JobKind.CHAT, ""), route(ModelKind.CHAT, 10_000));

        assertThat(need.prompt()).isBetween(1_750L, 1_800L);
        assertThat(need.answer()).isEqualTo(OptionalLong.empty());
    }

    @Test
    void where_nobody_counts_tokens_its_request_is_not_read() {
        assertThat(Needs.of(job(JobKind.CHAT, ",\"max_tokens\":500"), route(ModelKind.CHAT, 0)))
                .isEqualTo(Need.UNKNOWN);
    }

    @Test
    void a_render_needs_none() {
        assertThat(Needs.of(job(JobKind.VIDEO, ""), route(ModelKind.VIDEO, 10_000)))
                .isEqualTo(Need.NOTHING);
    }
}
