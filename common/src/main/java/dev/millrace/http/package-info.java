/// HTTP out: the client for providers, and the guarded client for addresses that users name.
@NullMarked
package dev.millrace.http;

import org.jspecify.annotations.NullMarked;
