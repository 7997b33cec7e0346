package dev.millrace.ledger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Counts what attempts cost as they end, and those that have no price. The figures are for graphs: what is owed
/// stands in the database.
public final class Spend {

    private final Prices prices;
    private final MeterRegistry meters;

    public Spend(Prices prices, MeterRegistry meters) {
        this.prices = prices;
        this.meters = meters;
    }

    /// @param cost null where it is not known
    /// @param done whether the work was done: then all is known that it used, and only a price can be missing, such
    ///     as of pictures where there is one of videos alone
    public void ended(String provider, String model, Instant startedAt, @Nullable BigDecimal cost, boolean done) {
        if (cost != null) {
            Counter.builder("millrace.spend")
                    .description("What attempts cost, in US dollars")
                    .tag("provider", provider)
                    .register(meters)
                    .increment(cost.doubleValue());
        } else if (done || !prices.known(provider, model, startedAt)) {
            Counter.builder("millrace.attempts.unpriced")
                    .description("Attempts at a deployment that has no price for them")
                    .tag("provider", provider)
                    .register(meters)
                    .increment();
        }
    }
}
