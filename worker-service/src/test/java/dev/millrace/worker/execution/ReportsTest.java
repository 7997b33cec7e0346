package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.AttemptStatus;
import dev.millrace.ledger.Price;
import dev.millrace.ledger.PriceSettings;
import dev.millrace.ledger.Prices;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Usage;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ReportsTest {

    @Test
    void tokens_that_the_provider_put_into_its_cache_are_in_the_cost_of_the_attempt() {
        var usage = new Usage(1_000_000, 0, 0, 400_000, 0, false);
        var answer =
                new ProviderOutcome.Answer(new byte[0], Optional.of(usage), 200, Optional.empty(), List.of("seed"));

        var report = Reports.succeeded(DroppedTest.started(), answer).priced(prices());

        assertThat(report.status()).isEqualTo(AttemptStatus.SUCCEEDED);
        assertThat(report.tokensIn()).isEqualTo(1_000_000);
        assertThat(report.cost()).isEqualByComparingTo("2.2");
        assertThat(report.dropped()).containsExactly("seed");
    }

    private static Prices prices() {
        var price = new Price(
                "a-model",
                LocalDate.EPOCH,
                new BigDecimal("2"),
                null,
                null,
                new BigDecimal("2.5"),
                Map.of(),
                null,
                false);
        return new Prices(new PriceSettings(List.of(price), null, 0), Map.of());
    }
}
