/// The commands behind `./millrace`: the program that starts the platform on one machine and shows it at work.
@NullMarked
package dev.millrace.quickstart;

import org.jspecify.annotations.NullMarked;
