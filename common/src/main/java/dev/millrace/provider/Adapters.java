package dev.millrace.provider;

import java.util.Map;
import java.util.Optional;

/// The adapters by wire format. A format that has nothing for a kind of work has no adapter for it.
public record Adapters(
        Map<ProviderType, ChatAdapter> chats,
        Map<ProviderType, VideoAdapter> renders,
        Map<ProviderType, EmbeddingAdapter> embeddings,
        Map<ProviderType, ImageAdapter> images,
        Map<ProviderType, ModelList> lists) {

    public Optional<ChatAdapter> chat(ProviderType type) {
        return Optional.ofNullable(chats.get(type));
    }

    public Optional<VideoAdapter> video(ProviderType type) {
        return Optional.ofNullable(renders.get(type));
    }

    public Optional<EmbeddingAdapter> embedding(ProviderType type) {
        return Optional.ofNullable(embeddings.get(type));
    }

    public Optional<ImageAdapter> image(ProviderType type) {
        return Optional.ofNullable(images.get(type));
    }

    public Optional<ModelList> list(ProviderType type) {
        return Optional.ofNullable(lists.get(type));
    }
}
