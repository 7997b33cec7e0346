package dev.millrace.ledger;

import dev.millrace.provider.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What calls cost. The price in force when an attempt began counts for it. Of the prices that could be meant, the
/// deployment's own goes before that of its public name, and that before the default.
public final class Prices {

    private final Map<String, List<Price>> byName = new HashMap<>();
    private final Map<String, String> publicNames = new HashMap<>();
    private final Optional<Price> fallback;

    /// @param publicNames the public names under which a deployment, `provider/model`, is served; a deployment that is
    ///     not in there is known by its model's name
    /// @throws IllegalArgumentException if two prices of one name begin on the same day, or if a deployment has
    ///     none of its own and several by its public names
    public Prices(PriceSettings settings, Map<String, List<String>> publicNames) {
        for (var price : settings.table()) {
            byName.computeIfAbsent(Objects.requireNonNull(price.of()), name -> new ArrayList<>())
                    .add(price);
        }
        byName.forEach((name, prices) -> {
            prices.sort(Comparator.comparing(Price::from).reversed());
            if (prices.stream().map(Price::from).distinct().count() < prices.size()) {
                throw new IllegalArgumentException(
                        "millrace.prices.table has two prices of " + name + " that begin on the same day");
            }
        });
        publicNames.forEach((deployment, names) -> {
            var priced = names.stream().filter(byName::containsKey).toList();
            if (priced.size() > 1 && !byName.containsKey(deployment)) {
                throw new IllegalArgumentException("millrace.prices.table: " + deployment + " is served as "
                        + String.join(" and as ", priced) + ", which have prices of their own; give " + deployment
                        + " one");
            }
            if (!priced.isEmpty()) {
                this.publicNames.put(deployment, priced.getFirst());
            }
        });
        this.fallback = Optional.ofNullable(settings.fallback());
    }

    /// What a call that used so much costs; empty without a price.
    public Optional<BigDecimal> cost(String provider, String model, Instant at, Usage usage) {
        return cost(provider, model, at, usage, 1);
    }

    /// As [#cost(String, String, Instant, Usage)], for a call that counts as several, such as one for pictures.
    public Optional<BigDecimal> cost(String provider, String model, Instant at, Usage usage, int calls) {
        return find(provider, model, at).flatMap(price -> price.ofTokens(usage, calls));
    }

    /// What a video costs; empty without a price for its size.
    ///
    /// @param size as `1280x720`
    public Optional<BigDecimal> videoCost(String provider, String model, Instant at, BigDecimal seconds, String size) {
        return find(provider, model, at).flatMap(price -> price.ofVideo(seconds, size));
    }

    /// What a call costs that is known to have failed and to have used nothing: nothing, or a call's price where the
    /// price says that failed calls cost; empty without a price.
    public Optional<BigDecimal> failedCost(String provider, String model, Instant at) {
        return failedCost(provider, model, at, 1);
    }

    /// As [#failedCost(String, String, Instant)], for a call that counts as several.
    Optional<BigDecimal> failedCost(String provider, String model, Instant at, int calls) {
        return find(provider, model, at).map(price -> price.ofFailed(calls));
    }

    /// What a call costs that succeeded and counts no tokens; empty without a price for calls.
    ///
    /// @param calls how many it counts as
    Optional<BigDecimal> callCost(String provider, String model, Instant at, int calls) {
        return find(provider, model, at).flatMap(price -> price.ofCall(calls));
    }

    /// Whether what a call costs is told by its tokens alone, so that they have to be guessed where the provider told
    /// none.
    public boolean needsTokens(String provider, String model, Instant at) {
        return find(provider, model, at).filter(Price::needsTokens).isPresent();
    }

    /// Whether there is any price for calls to a deployment.
    public boolean known(String provider, String model, Instant at) {
        return find(provider, model, at).isPresent();
    }

    private Optional<Price> find(String provider, String model, Instant at) {
        var day = LocalDate.ofInstant(at, ZoneOffset.UTC);
        var deployment = provider + "/" + model;
        return inForce(deployment, day)
                .or(() -> inForce(publicNames.getOrDefault(deployment, model), day))
                .or(() -> fallback);
    }

    private Optional<Price> inForce(String name, LocalDate day) {
        return byName.getOrDefault(name, List.of()).stream()
                .filter(price -> !price.from().isAfter(day))
                .findFirst();
    }
}
