/// Leads an interactive call from deployment to deployment until one answers, and keeps a record of each attempt.
@NullMarked
package dev.millrace.api.call;

import org.jspecify.annotations.NullMarked;
