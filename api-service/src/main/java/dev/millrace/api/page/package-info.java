/// How lists are asked for and written: the parameters of a query, and pages.
@NullMarked
package dev.millrace.api.page;

import org.jspecify.annotations.NullMarked;
