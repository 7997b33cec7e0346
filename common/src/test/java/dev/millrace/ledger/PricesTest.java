package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.provider.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.convert.ApplicationConversionService;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PricesTest {

    private static final Instant NOON = Instant.parse("2026-06-15T12:00:00Z");
    private static final Usage USAGE = new Usage(1_000_000, 100_000, 0, 0, false);

    private static PriceSettings settings(String... settings) {
        var map = new LinkedHashMap<String, String>();
        for (var setting : settings) {
            var parts = setting.split("=", 2);
            map.put("millrace.prices." + parts[0], parts[1]);
        }
        return new Binder(
                        List.of(new MapConfigurationPropertySource(map)),
                        null,
                        ApplicationConversionService.getSharedInstance(),
                        null,
                        null,
                        null)
                .bindOrCreate("millrace.prices", Bindable.of(PriceSettings.class));
    }

    private static Prices prices(String... settings) {
        return new Prices(settings(settings), Map.of("p/deep", List.of("public"), "q/deep", List.of("public")));
    }

    private static Optional<BigDecimal> cost(Prices prices, Usage usage) {
        return prices.cost("p", "deep", NOON, usage);
    }

    private static Optional<BigDecimal> amount(String text) {
        return Optional.of(new BigDecimal(text).setScale(10));
    }

    @Test
    void nothing_has_a_price_by_default() {
        assertThat(settings()).isEqualTo(PriceSettings.NONE);
        assertThat(cost(prices(), USAGE)).isEmpty();
        assertThat(prices().known("p", "deep", NOON)).isFalse();
    }

    @Test
    void tokens_are_priced_by_the_million() {
        var prices = prices("table[0].of=public", "table[0].in=1.25", "table[0].out=10");

        assertThat(cost(prices, USAGE)).isEqualTo(amount("2.25"));
    }

    @Test
    void cached_tokens_are_a_part_of_the_prompt_with_a_price_of_their_own() {
        var prices = prices("table[0].of=public", "table[0].in=2", "table[0].cached=0.5", "table[0].out=0");

        assertThat(cost(prices, new Usage(1_000_000, 0, 400_000, 0, false))).isEqualTo(amount("1.4"));
    }

    @Test
    void cached_tokens_cost_what_the_others_do_where_no_price_of_theirs_is_set() {
        var prices = prices("table[0].of=public", "table[0].in=2");

        assertThat(cost(prices, new Usage(1_000_000, 0, 400_000, 0, false))).isEqualTo(amount("2"));
    }

    @Test
    void more_cached_tokens_than_the_prompt_had_are_no_more_than_the_prompt() {
        var prices = prices("table[0].of=public", "table[0].in=2", "table[0].cached=1");

        assertThat(cost(prices, new Usage(10, 0, 1_000_000, 0, false))).isEqualTo(amount("0.00001"));
    }

    private static final Usage CACHING = new Usage(1_000_000, 0, 100_000, 400_000, 0, false);

    @Test
    void tokens_put_into_the_cache_are_a_part_of_the_prompt_with_a_price_of_their_own() {
        var prices = prices("table[0].of=public", "table[0].in=2", "table[0].cached=0.2", "table[0].cache-write=2.5");

        assertThat(cost(prices, CACHING)).isEqualTo(amount("2.02"));
    }

    @Test
    void tokens_put_into_the_cache_cost_what_the_others_do_where_no_price_of_theirs_is_set() {
        assertThat(cost(prices("table[0].of=public", "table[0].in=2"), CACHING)).isEqualTo(amount("2"));
    }

    @Test
    void more_tokens_put_into_the_cache_than_the_prompt_had_are_no_more_than_the_prompt() {
        var prices = prices("table[0].of=public", "table[0].in=2", "table[0].cached=1", "table[0].cache-write=4");

        assertThat(cost(prices, new Usage(10, 0, 4, 1_000_000, 0, false))).isEqualTo(amount("0.000028"));
    }

    @Test
    void a_price_of_what_is_put_into_the_cache_alone_is_refused() {
        assertThatThrownBy(() -> settings("table[0].of=public", "table[0].out=2", "table[0].cache-write=4"))
                .rootCause()
                .hasMessageContaining("cache-write must set in");
    }

    @Test
    void a_call_may_cost_something_beside_what_it_uses() {
        var prices = prices("table[0].of=public", "table[0].in=1", "table[0].call=0.005");

        assertThat(cost(prices, USAGE)).isEqualTo(amount("1.005"));
    }

    @Test
    void a_call_that_counts_as_several_costs_so_many_calls_and_its_tokens_once() {
        var prices = prices("table[0].of=public", "table[0].in=1", "table[0].call=0.04", "table[0].failed-calls=true");

        assertThat(prices.cost("p", "deep", NOON, USAGE, 3)).isEqualTo(amount("1.12"));
        assertThat(prices.callCost("p", "deep", NOON, 3)).isEqualTo(amount("0.12"));
        assertThat(prices.failedCost("p", "deep", NOON, 3)).isEqualTo(amount("0.12"));
        assertThat(prices("table[0].of=public", "table[0].in=1").callCost("p", "deep", NOON, 3))
                .as("without a price for calls nobody knows")
                .isEmpty();
    }

    @Test
    void a_price_needs_tokens_where_it_has_no_other_measure() {
        assertThat(needsTokens("table[0].out=1")).isTrue();
        assertThat(needsTokens("table[0].in=1")).isTrue();
        assertThat(needsTokens("table[0].call=0.04")).isFalse();
        assertThat(needsTokens("table[0].out=1", "table[0].call=0.04")).isFalse();
        assertThat(needsTokens("table[0].seconds[any]=1")).isFalse();
        assertThat(prices().needsTokens("p", "deep", NOON)).isFalse();
    }

    private static boolean needsTokens(String... price) {
        var settings = Stream.concat(Stream.of("table[0].of=public"), Stream.of(price));
        return prices(settings.toArray(String[]::new)).needsTokens("p", "deep", NOON);
    }

    @Test
    void amounts_are_exact_to_ten_digits() {
        var prices = prices("table[0].of=public", "table[0].in=0.1", "table[0].out=0.2");

        // In binary floating point this would be 0.00000030000000000000004.
        assertThat(cost(prices, new Usage(1, 1, 0, 0, false))).isEqualTo(amount("0.0000003"));
        assertThat(cost(prices("table[0].of=public", "table[0].in=0.00005"), new Usage(1, 0, 0, 0, false)))
                .isEqualTo(amount("0.0000000001"));
    }

    @Test
    void the_price_in_force_when_the_attempt_began_counts() {
        var prices = prices(
                "table[0].of=public",
                "table[0].from=2026-06-16",
                "table[0].in=3",
                "table[1].of=public",
                "table[1].from=2026-01-01",
                "table[1].in=1",
                "table[2].of=public",
                "table[2].from=2026-06-01",
                "table[2].in=2");

        assertThat(prices.cost("p", "deep", Instant.parse("2026-06-15T23:59:59Z"), USAGE))
                .isEqualTo(amount("2"));
        assertThat(prices.cost("p", "deep", Instant.parse("2026-06-16T00:00:00Z"), USAGE))
                .isEqualTo(amount("3"));
        assertThat(prices.cost("p", "deep", Instant.parse("2026-05-31T12:00:00Z"), USAGE))
                .isEqualTo(amount("1"));
        assertThat(prices.cost("p", "deep", Instant.parse("2025-12-31T12:00:00Z"), USAGE))
                .isEmpty();
    }

    @Test
    void a_deployments_own_price_goes_before_that_of_its_public_name() {
        var prices = prices("table[0].of=public", "table[0].in=1", "table[1].of=p/deep", "table[1].in=5");

        assertThat(prices.cost("p", "deep", NOON, USAGE)).isEqualTo(amount("5"));
        assertThat(prices.cost("q", "deep", NOON, USAGE)).isEqualTo(amount("1"));
    }

    @Test
    void a_name_that_goes_to_the_catch_all_unchanged_is_its_own_public_name() {
        var prices = prices("table[0].of=new-model", "table[0].in=1");

        assertThat(prices.cost("vector", "new-model", NOON, USAGE)).isEqualTo(amount("1"));
    }

    @Test
    void the_default_is_the_price_of_whatever_has_none() {
        var prices = prices("table[0].of=public", "table[0].in=1", "default.in=9");

        assertThat(prices.cost("p", "deep", NOON, USAGE)).isEqualTo(amount("1"));
        assertThat(prices.cost("p", "other", NOON, USAGE)).isEqualTo(amount("9"));
    }

    @Test
    void a_video_costs_its_seconds_by_its_size() {
        var prices =
                prices("table[0].of=public", "table[0].seconds[1280x720]=0.10", "table[0].seconds[1920x1080]=0.30");

        assertThat(prices.videoCost("p", "deep", NOON, BigDecimal.valueOf(8), "1280x720"))
                .isEqualTo(amount("0.8"));
        assertThat(prices.videoCost("p", "deep", NOON, BigDecimal.valueOf(8), "1920x1080"))
                .isEqualTo(amount("2.4"));
    }

    @Test
    void a_size_without_a_price_costs_what_any_size_does_and_otherwise_nobody_knows_what() {
        var some = prices("table[0].of=public", "table[0].seconds[1280x720]=0.10", "table[0].call=1");
        var any = prices("table[0].of=public", "table[0].seconds[1280x720]=0.10", "table[0].seconds[any]=0.20");

        assertThat(some.videoCost("p", "deep", NOON, BigDecimal.ONE, "640x360")).isEmpty();
        assertThat(any.videoCost("p", "deep", NOON, BigDecimal.ONE, "640x360")).isEqualTo(amount("0.2"));
    }

    @Test
    void a_price_of_one_kind_of_use_is_none_of_another() {
        var video = prices("table[0].of=public", "table[0].seconds[any]=0.10");
        var chat = prices("table[0].of=public", "table[0].in=1");

        assertThat(cost(video, USAGE)).isEmpty();
        assertThat(chat.videoCost("p", "deep", NOON, BigDecimal.ONE, "1280x720"))
                .isEmpty();
    }

    @Test
    void a_failed_call_costs_nothing_unless_its_price_says_so() {
        var silent = prices("table[0].of=public", "table[0].call=0.01");
        var strict = prices("table[0].of=public", "table[0].call=0.01", "table[0].failed-calls=true");

        assertThat(silent.failedCost("p", "deep", NOON)).isEqualTo(amount("0"));
        assertThat(strict.failedCost("p", "deep", NOON)).isEqualTo(amount("0.01"));
        assertThat(prices().failedCost("p", "deep", NOON)).isEmpty();
    }

    @Test
    void a_request_says_what_a_video_is_priced_by_and_the_wire_format_what_it_leaves_out() {
        assertThat(VideoUse.of("{\"seconds\":\"8\",\"size\":\"1280x720\"}".getBytes()))
                .isEqualTo(new VideoUse(Optional.of(BigDecimal.valueOf(8)), "1280x720"));
        assertThat(VideoUse.of("{\"seconds\":12}".getBytes()))
                .isEqualTo(new VideoUse(Optional.of(BigDecimal.valueOf(12)), "720x1280"));
        assertThat(VideoUse.of("{}".getBytes())).isEqualTo(new VideoUse(Optional.empty(), "720x1280"));
        assertThat(VideoUse.of("{}".getBytes()).seconds(Optional.empty(), "sora-2"))
                .isEqualByComparingTo("4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1e999999999\"", "1e999", "-8", "\"-8\"", "0", "\"long\"", "\"\"", "null", "true", "[8]"})
    void a_length_that_is_no_number_at_sight_counts_as_none(String seconds) {
        assertThat(VideoUse.of(("{\"size\":null,\"seconds\":" + seconds + "}").getBytes()))
                .isEqualTo(new VideoUse(Optional.empty(), "720x1280"));
    }

    @Test
    void a_table_that_does_not_hold_together_is_refused_with_what_is_wrong() {
        assertThatThrownBy(() -> settings("table[0].in=1")).rootCause().hasMessageContaining("must say of what");
        assertThatThrownBy(() -> settings("table[0].of=m")).rootCause().hasMessageContaining("at least one of");
        assertThatThrownBy(() -> settings("default.of=m", "default.in=1"))
                .rootCause()
                .hasMessageContaining("millrace.prices.default");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> prices("table[0].of=m", "table[0].in=1", "table[1].of=m", "table[1].in=2"))
                .withMessageContaining("two prices of m");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Prices(
                        settings("table[0].of=a", "table[0].in=1", "table[1].of=b", "table[1].in=2"),
                        Map.of("p/deep", List.of("a", "b"))))
                .withMessageContaining("p/deep is served as a and as b");
    }

    @Test
    void a_day_is_as_ISO_has_it() {
        assertThat(settings("table[0].of=m", "table[0].in=1", "table[0].from=2026-02-03")
                        .table())
                .extracting(Price::from)
                .containsExactly(LocalDate.of(2026, 2, 3));
    }
}
