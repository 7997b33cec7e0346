package dev.millrace.ledger;

import jakarta.validation.Valid;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/// The price table under `millrace.prices`.
///
/// @param table dated prices; of those of one name, the latest that has begun is in force
/// @param fallback `default`: the price of whatever has none of its own
/// @param assumedOutput tokens that an answer is assumed to have in the estimate of a job or call whose request sets no
///     limit
public record PriceSettings(
        @DefaultValue List<@Valid Price> table,
        @Name("default") @Valid @Nullable Price fallback,
        @DefaultValue("1000") int assumedOutput) {

    public static final PriceSettings NONE = new PriceSettings(List.of(), null, 1_000);

    public PriceSettings {
        if (table.stream().anyMatch(price -> price.of() == null || price.of().isBlank())) {
            throw new IllegalArgumentException("millrace.prices.table: each price must say of what, as `of`");
        }
        if (fallback != null && fallback.of() != null) {
            throw new IllegalArgumentException("millrace.prices.default must not be `of` anything");
        }
        if (assumedOutput < 0) {
            throw new IllegalArgumentException("millrace.prices.assumed-output must not be negative");
        }
    }
}
