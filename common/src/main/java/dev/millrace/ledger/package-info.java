/// What an attempt costs: prices, sums, reservations and budgets; and the record of the attempts of interactive
/// calls, which is written with what they cost.
@NullMarked
package dev.millrace.ledger;

import org.jspecify.annotations.NullMarked;
