package dev.millrace.access;

/// A text that is never shown: its `toString` is masked, so that no log line, error or metric holds it by accident.
public record Secret(String reveal) {

    public boolean isBlank() {
        return reveal.isBlank();
    }

    /// The text with this secret masked in it, for what somebody else wrote and may have put it into.
    public String maskedIn(String text) {
        return reveal.isEmpty() ? text : text.replace(reveal, "****");
    }

    @Override
    public String toString() {
        return "****";
    }
}
