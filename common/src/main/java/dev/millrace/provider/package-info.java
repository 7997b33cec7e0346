/// What every provider adapter promises, a request in and an outcome out, and what adapters have in common.
@NullMarked
package dev.millrace.provider;

import org.jspecify.annotations.NullMarked;
