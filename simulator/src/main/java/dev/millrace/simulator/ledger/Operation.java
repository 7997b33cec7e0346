package dev.millrace.simulator.ledger;

import java.util.Optional;

/// What a request asks of a provider, whatever the wire format.
public enum Operation {
    CHAT("chat", true),
    EMBEDDINGS("embeddings", true),
    IMAGES("images", true),
    /// Counts the tokens of a request without answering it.
    TOKENS("tokens", true),
    MODELS("models", false),
    VIDEO_CREATE("video.create", true),
    VIDEO_POLL("video.poll", false),
    VIDEO_LIST("video.list", false),
    VIDEO_CONTENT("video.content", false),
    VIDEO_DELETE("video.delete", false),
    VIDEO_CANCEL("video.cancel", false),
    /// What is known of a render's file, without the file.
    VIDEO_FILE("video.file", false),
    /// A token for a service account.
    ACCESS_TOKEN("access-token", false),
    /// A path that the wire format does not have.
    UNKNOWN("unknown", false);

    private final String label;
    private final boolean namesModel;

    Operation(String label, boolean namesModel) {
        this.label = label;
        this.namesModel = namesModel;
    }

    /// The name on the wire and in every answer, such as `video.create`.
    public String label() {
        return label;
    }

    /// Whether the request itself names a model: behaviours written without a scope in a model name are meant for
    /// these.
    public boolean namesModel() {
        return namesModel;
    }

    public static Optional<Operation> of(String label) {
        for (Operation operation : values()) {
            if (operation.label.equals(label)) {
                return Optional.of(operation);
            }
        }
        return Optional.empty();
    }
}
