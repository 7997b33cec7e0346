/// The operator's endpoints, on the management port only: projects with their keys, limits and budgets, held
/// jobs, and webhooks that have failed.
@NullMarked
package dev.millrace.api.operator;

import org.jspecify.annotations.NullMarked;
