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
        @DefaultValue("4GB") DataSize mostBytes) {}
