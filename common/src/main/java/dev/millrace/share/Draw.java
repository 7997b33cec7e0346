package dev.millrace.share;

import java.util.OptionalLong;

/// A block to be drawn, or what was used of a limit to be written down.
///
/// @param at the row's time, in seconds since 1970: the minute's beginning, or a slot's
/// @param most of the limit
/// @param used what was used already without being drawn; it is written down whatever the limit says
/// @param want how much more
/// @param since from when on what was used in the minute before counts too; absent where it does not
/// @param fresh whether what was drawn in the minute before may be used and not written down yet
record Draw(String name, long at, long most, long used, long want, OptionalLong since, boolean fresh) {

    static Draw ofMinute(String name, long minute, long most, long used, long want) {
        return new Draw(name, minute * Slots.MINUTE, most, used, want, OptionalLong.empty(), false);
    }

    long minute() {
        return Math.floorDiv(at, Slots.MINUTE);
    }

    /// What came of it.
    ///
    /// @param granted of what was wanted
    /// @param drawn by all processes together
    /// @param before what counts of the minute before, and what is drawn of the next
    record Drawn(String name, long at, long granted, long drawn, long before) {}
}
