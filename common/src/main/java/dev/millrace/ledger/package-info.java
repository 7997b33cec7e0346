/// What an attempt costs: prices, sums, reservations and budgets.
@NullMarked
package dev.millrace.ledger;

import org.jspecify.annotations.NullMarked;
