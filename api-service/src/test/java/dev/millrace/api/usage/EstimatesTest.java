package dev.millrace.api.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.access.Limits;
import dev.millrace.api.call.Asked;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.request.RequestScan;
import dev.millrace.api.security.Caller;
import dev.millrace.extent.Extent;
import dev.millrace.http.OutboundHttp;
import dev.millrace.job.JobKind;
import dev.millrace.ledger.PriceSettings;
import dev.millrace.ledger.Prices;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.ProviderType;
import dev.millrace.provider.Usage;
import dev.millrace.provider.gemini.video.GeminiVideos;
import dev.millrace.routing.ModelKind;
import dev.millrace.routing.ModelSettings;
import dev.millrace.routing.ProviderSettings;
import dev.millrace.routing.Routes;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.convert.ApplicationConversionService;
import tools.jackson.databind.json.JsonMapper;

/// What a job or a call may cost before it has run. A token of an answer is a dollar, one of a prompt nothing.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EstimatesTest {

    private static final int ASSUMED = 100;
    private static final OutboundHttp NOBODY =
            new OutboundHttp(1, Duration.ofSeconds(1), SystemDefaultDnsResolver.INSTANCE);
    private static final Adapters ADAPTERS = new Adapters(
            Map.of(), Map.of(ProviderType.GEMINI, new GeminiVideos(NOBODY, NOBODY)), Map.of(), Map.of(), Map.of());
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

    private final Map<String, String> settings = new HashMap<>();

    {
        provider("cheap");
        provider("dear");
        provider("old");
        deployment("chat", 0, "cheap");
        price("chat", "out", "1000000");
    }

    private void provider(String name) {
        settings.put("providers." + name + ".type", "openai");
        settings.put("providers." + name + ".base-url", "https://" + name + ".example/v1");
        settings.put("providers." + name + ".keys[0]", "sk-" + name);
    }

    private void deployment(String model, int index, String provider) {
        settings.put("models." + model + ".deployments[" + index + "].provider", provider);
        settings.put("models." + model + ".deployments[" + index + "].model", "m-" + model);
    }

    private void price(String of, String what, String amount) {
        int index = (int) settings.keySet().stream()
                .filter(name -> name.startsWith("prices.table") && name.endsWith(".of"))
                .count();
        settings.put("prices.table[" + index + "].of", of);
        settings.put("prices.table[" + index + "]." + what, amount);
    }

    private Binder binder() {
        return new Binder(
                List.of(new MapConfigurationPropertySource(settings)),
                null,
                ApplicationConversionService.getSharedInstance(),
                null,
                null,
                null);
    }

    private Routes routes() {
        return new Routes(
                binder().bind("providers", Bindable.mapOf(String.class, ProviderSettings.class))
                        .get(),
                binder().bind("models", Bindable.mapOf(String.class, ModelSettings.class))
                        .get());
    }

    private Estimates estimates() {
        var prices = binder().bind("prices", PriceSettings.class).get();
        var names = new HashMap<String, List<String>>();
        for (var route : routes().all()) {
            route.ofItsOwn().tiers().stream()
                    .flatMap(List::stream)
                    .forEach(deployment -> names.put(deployment.name(), List.of(route.model())));
        }
        var clock = Clock.fixed(NOW, ZoneOffset.UTC);
        return new Estimates(routes(), new Prices(prices, names), ADAPTERS, ASSUMED, clock);
    }

    private static byte[] chat(String more) {
        return "{\"model\":\"chat\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]%s}"
                .formatted(more)
                .getBytes(StandardCharsets.UTF_8);
    }

    private BigDecimal ofJob(String more) {
        return estimates().of(JobKind.CHAT, "chat", chat(more));
    }

    private BigDecimal ofCall(String more) {
        var scan = new RequestScan("");
        try (var parser = JsonMapper.shared().createParser(chat(more))) {
            parser.nextToken();
            scan.read(parser);
        }
        return ofCall("chat", ModelKind.CHAT, scan.extent(chat(more)));
    }

    private BigDecimal ofCall(String model, ModelKind kind, Extent extent) {
        var caller = new Caller(UUID.randomUUID(), UUID.randomUUID(), Limits.NONE);
        var route = routes().find(model, kind).orElseThrow();
        return estimates().of(new Asked("c", caller, route, false, extent)).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                            | 100",
                "',\"max_tokens\":7'                           | 7",
                "',\"max_completion_tokens\":7'                | 7",
                "',\"max_tokens\":5000'                        | 5000",
                "',\"max_completion_tokens\":7,\"max_tokens\":9' | 7",
                "',\"max_tokens\":9,\"max_completion_tokens\":7' | 7",
                "',\"n\":3'                                    | 300",
                "',\"n\":3,\"max_tokens\":7'                   | 21",
                "',\"max_tokens\":7,\"n\":1'                   | 7",
                "',\"max_tokens\":7.5'                         | 8",
            })
    void each_answer_that_is_asked_for_is_estimated_as_long_as_it_may_be(String more, BigDecimal dollars) {
        assertThat(ofJob(more)).as("a job").isEqualByComparingTo(dollars);
        assertThat(ofCall(more)).as("a call").isEqualByComparingTo(dollars);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"max_tokens\":null",
                ",\"max_tokens\":0",
                ",\"max_tokens\":-5",
                ",\"max_tokens\":\"7\"",
                ",\"max_tokens\":[7]",
                ",\"n\":0",
                ",\"n\":{\"a\":2}"
            })
    void what_is_no_limit_counts_as_none(String more) {
        assertThat(ofJob(more)).isEqualByComparingTo("100");
        assertThat(ofCall(more)).isEqualByComparingTo("100");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3000000000", "99999999999999999999999999", "1e300"})
    void a_limit_beyond_all_sense_is_not_taken_for_none(String tokens) {
        assertThat(ofJob(",\"max_tokens\":" + tokens)).isGreaterThan(new BigDecimal("1000000"));
        assertThat(ofCall(",\"n\":" + tokens)).isGreaterThan(new BigDecimal("1000000"));
    }

    @Test
    void limits_inside_of_messages_are_data() {
        var more =
                ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"max_tokens\":7,\"n\":9}}}]";

        assertThat(ofJob(more)).isEqualByComparingTo("100");
        assertThat(ofCall(more)).isEqualByComparingTo("100");
    }

    @Test
    void the_dearest_of_all_that_may_serve_counts_fallback_models_included() {
        deployment("spare", 0, "dear");
        settings.put("models.chat.fallback[0]", "spare");
        price("spare", "out", "5000000");

        assertThat(ofJob("")).isEqualByComparingTo("500");
        assertThat(ofCall("")).isEqualByComparingTo("500");
    }

    private BigDecimal ofVideo(String more) {
        var request = "{\"prompt\":\"a cat\"" + more + "}";
        return estimates().of(JobKind.VIDEO, "film", request.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "openai | m-film  | ''                                       | 4",
                "openai | m-film  | ',\"size\":\"1920x1080\"'                | 4",
                "gemini | veo-3.1 | ''                                       | 4",
                "gemini | veo-3.1 | ',\"size\":\"1920x1080\"'                | 8",
                "gemini | veo-3.1 | ',\"size\":\"1920x1080\",\"seconds\":\"6\"' | 6",
                "gemini | omni    | ',\"size\":\"1920x1080\"'                | 4",
            })
    void a_video_whose_request_names_no_length_is_estimated_by_the_one_that_is_asked_for(
            String type, String model, String more, BigDecimal dollars) {
        deployment("film", 0, "dear");
        settings.put("models.film.kind", "video");
        settings.put("models.film.deployments[0].model", model);
        settings.put("providers.dear.type", type);
        price("film", "seconds.any", "1");

        assertThat(ofVideo(more)).isEqualByComparingTo(dollars);
    }

    @Test
    void one_that_is_out_of_service_can_not_serve() {
        deployment("chat", 1, "old");
        settings.put("models.chat.deployments[1].shutdown", "2026-11-28");
        price("old/m-chat", "out", "5000000");
        assertThat(ofJob("")).isEqualByComparingTo("100");

        settings.put("models.chat.deployments[1].shutdown", "2026-11-29");
        assertThat(ofJob("")).isEqualByComparingTo("500");
    }

    @Test
    void where_one_of_them_has_no_price_nothing_is_estimated() {
        deployment("spare", 0, "dear");
        settings.put("models.chat.fallback[0]", "spare");

        assertThatThrownBy(() -> ofJob("")).isInstanceOf(Problem.class).hasMessageContaining("no price");
    }

    private static Extent pictures(int count) {
        return new Extent(0, OptionalLong.empty(), count);
    }

    @Test
    void each_picture_is_a_call() {
        deployment("draws", 0, "dear");
        settings.put("models.draws.kind", "image");
        price("draws", "call", "0.04");

        assertThat(ofCall("draws", ModelKind.IMAGE, pictures(1))).isEqualByComparingTo("0.04");
        assertThat(ofCall("draws", ModelKind.IMAGE, pictures(10))).isEqualByComparingTo("0.4");
    }

    @Test
    void pictures_that_are_paid_by_tokens_are_estimated_as_answers() {
        deployment("draws", 0, "dear");
        settings.put("models.draws.kind", "image");
        price("draws", "out", "1000000");

        assertThat(ofCall("draws", ModelKind.IMAGE, pictures(3))).isEqualByComparingTo("300");
    }

    @Test
    void pictures_of_which_no_tokens_were_told_have_used_what_was_estimated_where_only_tokens_have_a_price() {
        price("cheap/by-tokens", "out", "1000000");
        price("cheap/by-call", "call", "0.04");

        assertThat(untold("by-tokens", pictures(3))).hasValue(new Usage(1, 300, 0, 0, true));
        assertThat(untold("by-call", pictures(3))).isEmpty();
        assertThat(untold("without-a-price", pictures(3))).isEmpty();
    }

    private Optional<Usage> untold(String model, Extent extent) {
        return estimates().untold("cheap", model, NOW, extent);
    }

    @Test
    void a_prompt_is_estimated_as_put_into_the_cache_where_that_costs_more() {
        price("cheap/m-chat", "in", "1000000");
        var plain = ofJob(",\"max_tokens\":1");
        cacheWrite("1250000");

        assertThat(ofJob(",\"max_tokens\":1")).isEqualByComparingTo(plain.multiply(new BigDecimal("1.25")));
        assertThat(ofCall(",\"max_tokens\":1")).isEqualByComparingTo(ofJob(",\"max_tokens\":1"));

        cacheWrite("0");
        assertThat(ofJob(",\"max_tokens\":1")).isEqualByComparingTo(plain);
    }

    /// Of the price that was set last.
    private void cacheWrite(String amount) {
        settings.put("prices.table[1].cache-write", amount);
    }

    @Test
    void the_choices_of_a_chat_are_one_call() {
        price("cheap/m-chat", "call", "0.5");

        assertThat(ofJob(",\"n\":3")).isEqualByComparingTo("0.5");
        assertThat(ofCall(",\"n\":3")).isEqualByComparingTo("0.5");
    }
}
