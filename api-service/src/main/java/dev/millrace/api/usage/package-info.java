/// What a project has used and spent, and whether a call or a job may still cost what it is estimated to.
@NullMarked
package dev.millrace.api.usage;

import org.jspecify.annotations.NullMarked;
