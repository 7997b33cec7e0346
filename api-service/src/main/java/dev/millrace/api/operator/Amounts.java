package dev.millrace.api.operator;

import dev.millrace.api.problem.Problem;
import dev.millrace.ledger.Budgets;
import java.math.BigDecimal;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/// Amounts of money as an operator sends and reads them, in US dollars.
final class Amounts {

    private static final BigDecimal MOST = new BigDecimal("1000000000");
    private static final int MOST_DIGITS = 10;

    private Amounts() {}

    /// Absent where the member is, or is null.
    static Optional<BigDecimal> optional(JsonNode body, String name) {
        var value = body.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (value.isNumber()) {
            var amount = value.decimalValue();
            if (amount.signum() >= 0
                    && amount.compareTo(MOST) <= 0
                    && amount.stripTrailingZeros().scale() <= MOST_DIGITS) {
                return Optional.of(amount);
            }
        }
        throw Problem.invalid(
                name,
                "invalid_value",
                "'" + name + "' must be a number of US dollars from 0 to " + MOST + ", or null.");
    }

    static void write(JsonGenerator to, Budgets.Standing standing) {
        to.writeStartObject();
        write(to, "monthly", standing.monthly());
        write(to, "spent", standing.spent());
        write(to, "reserved", standing.reserved());
        write(to, "drawn", standing.drawn());
        write(to, "left", standing.left());
        to.writeEndObject();
    }

    private static void write(JsonGenerator to, String name, BigDecimal amount) {
        to.writeName(name);
        to.writeNumber(amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString());
    }
}
