/// The operator's endpoints, on the management port only: projects with their keys, limits and budgets, and held jobs.
@NullMarked
package dev.millrace.api.operator;

import org.jspecify.annotations.NullMarked;
