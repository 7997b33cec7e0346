package dev.millrace.provider;

import java.util.Map;
import java.util.Optional;

/// The adapters by wire format. A format without renders has no video adapter.
public record Adapters(Map<ProviderType, ChatAdapter> chats, Map<ProviderType, VideoAdapter> renders) {

    public Optional<ChatAdapter> chat(ProviderType type) {
        return Optional.ofNullable(chats.get(type));
    }

    public Optional<VideoAdapter> video(ProviderType type) {
        return Optional.ofNullable(renders.get(type));
    }
}
