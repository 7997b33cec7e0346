package dev.millrace.render;

/// What a step told about an operation's being there.
public enum Seen {
    /// The provider knows it.
    THERE,
    /// The provider does not know it, which may be its own delay.
    MISSING,
    /// The answer says nothing about it: too many polls, an error, or none came.
    UNTOLD,
    /// The provider was not asked how far it is.
    NOT_ASKED;

    String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
