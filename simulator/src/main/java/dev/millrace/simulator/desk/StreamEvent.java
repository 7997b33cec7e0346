package dev.millrace.simulator.desk;

/// One piece of a stream.
///
/// @param text the event as it goes out, with the empty line that ends it
public record StreamEvent(Part part, String text) {

    /// What a piece is for; faults are told by it.
    public enum Part {
        /// What comes before the first token.
        START,
        /// Stands around pieces of the content.
        FRAME,
        /// A piece of the content.
        TOKEN,
        /// Says why the content has ended.
        FINISH,
        /// The usage, where it comes by itself.
        USAGE,
        /// The end marker.
        DONE
    }
}
