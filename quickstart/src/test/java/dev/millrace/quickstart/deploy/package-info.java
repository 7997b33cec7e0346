/// What the project ships beside its code, held against the code: launcher, container files, compose file,
/// documents.
@NullMarked
package dev.millrace.quickstart.deploy;

import org.jspecify.annotations.NullMarked;
