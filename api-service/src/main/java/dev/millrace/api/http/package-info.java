/// Bytes in and out: bodies read within bounds, strict JSON, answers written as they are.
@NullMarked
package dev.millrace.api.http;

import org.jspecify.annotations.NullMarked;
