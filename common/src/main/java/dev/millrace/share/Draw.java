package dev.millrace.share;

/// A block to be drawn.
///
/// @param minute since 1970
/// @param most of the limit
/// @param used what was used already without being drawn; it is written down whatever the limit says
/// @param want how much more
record Draw(String name, long minute, long most, long used, long want) {

    /// What came of it.
    ///
    /// @param granted of what was wanted
    /// @param drawn by all processes together
    record Drawn(String name, long minute, long granted, long drawn) {}
}
