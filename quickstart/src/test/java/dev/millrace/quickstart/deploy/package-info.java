/// What the project ships beside its code, held against the code: container files, compose file, documents.
@NullMarked
package dev.millrace.quickstart.deploy;

import org.jspecify.annotations.NullMarked;
