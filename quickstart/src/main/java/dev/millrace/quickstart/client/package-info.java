/// The platform as its callers see it: the jobs API, the operator's API, and a receiver of its webhooks.
@NullMarked
package dev.millrace.quickstart.client;

import org.jspecify.annotations.NullMarked;
