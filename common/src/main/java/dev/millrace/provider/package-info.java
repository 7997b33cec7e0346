/// What every provider adapter promises: a request in, an outcome out.
@NullMarked
package dev.millrace.provider;

import org.jspecify.annotations.NullMarked;
