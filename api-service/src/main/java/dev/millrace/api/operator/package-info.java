/// The operator's endpoints, on the management port only: projects, keys, held jobs.
@NullMarked
package dev.millrace.api.operator;

import org.jspecify.annotations.NullMarked;
