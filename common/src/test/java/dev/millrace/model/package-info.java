/// The life of jobs, written down a second time: a model without a database, and a machine that drives both alike.
@NullMarked
package dev.millrace.model;

import org.jspecify.annotations.NullMarked;
