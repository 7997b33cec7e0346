package dev.millrace.benchmarks.load;

/// Who submits.
///
/// @param apiKey     of a project
/// @param webhookUrl where that project's jobs are told; empty for no webhook
public record Sender(String apiKey, String webhookUrl) {

    /// Without the key.
    @Override
    public String toString() {
        return "Sender[webhookUrl=" + webhookUrl + "]";
    }
}
