/// Projects, API keys, and the one secret that encrypts what must be read again.
@NullMarked
package dev.millrace.access;

import org.jspecify.annotations.NullMarked;
