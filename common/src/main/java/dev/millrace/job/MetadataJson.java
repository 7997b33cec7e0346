package dev.millrace.job;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// A job's metadata as JSON text; null where there is none, so that no row is written for it.
final class MetadataJson {

    private static final JsonMapper json = JsonMapper.shared();

    private MetadataJson() {}

    static @Nullable String write(Map<String, String> metadata) {
        return metadata.isEmpty() ? null : json.writeValueAsString(metadata);
    }

    static Map<String, String> read(@Nullable String metadata) {
        return metadata == null
                ? Map.of()
                : json.readValue(
                        metadata, json.getTypeFactory().constructMapType(Map.class, String.class, String.class));
    }
}
