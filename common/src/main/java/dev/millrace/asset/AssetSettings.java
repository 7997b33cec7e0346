package dev.millrace.asset;

import java.nio.file.Path;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// Where output bytes are kept.
///
/// @param root a folder that all services share
/// @param mostBytes larger files are refused
public record AssetSettings(
        @DefaultValue("./millrace-assets") Path root,
        @DefaultValue("4GB") DataSize mostBytes) {

    public AssetSettings {
        if (root.toString().isBlank()) {
            throw new IllegalArgumentException("millrace.asset.root must name a folder");
        }
        if (mostBytes.toBytes() <= 0) {
            throw new IllegalArgumentException("millrace.asset.most-bytes must be more than 0");
        }
    }
}
