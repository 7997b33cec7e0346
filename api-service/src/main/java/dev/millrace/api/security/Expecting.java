package dev.millrace.api.security;

/// Draws ahead what a caller's interactive calls will need, so that none of them waits for it. It is told of a caller
/// when the key is looked up, for which the call waits anyway, and again as long as calls come.
public interface Expecting {

    /// May wait for the database, though not for long. What fails is left to the call.
    void expect(Caller caller);
}
