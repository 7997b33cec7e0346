package dev.millrace.quickstart.platform;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a service is run from.
///
/// @param jar   executable, as it was built or unpacked beside its libraries
/// @param cache what the JVM has learnt of its start (JEP 483, 514, 515); only an unpacked jar can have one
record Program(Path jar, Optional<Path> cache) {

    /// The JVM's options for it.
    List<String> options() {
        // Without its remarks on the few things that it could not keep.
        return cache.map(file -> List.of("-XX:AOTCache=" + file, "-Xlog:aot*=off"))
                .orElse(List.of());
    }
}
