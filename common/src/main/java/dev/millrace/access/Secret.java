package dev.millrace.access;

/// A text that is never shown: its `toString` is masked, so that no log line, error or metric holds it by accident.
public record Secret(String reveal) {

    public boolean isBlank() {
        return reveal.isBlank();
    }

    @Override
    public String toString() {
        return "****";
    }
}
