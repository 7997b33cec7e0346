/// How much a call may come to, in tokens and answers, as far as its request tells.
@NullMarked
package dev.millrace.extent;

import org.jspecify.annotations.NullMarked;
