package dev.millrace.worker.retention;

import dev.millrace.asset.AssetStore;
import dev.millrace.asset.Assets;
import dev.millrace.database.DatabaseWatch;
import dev.millrace.loop.Loop;
import dev.millrace.worker.Phases;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Deletes files that no row names, a day after they were last written: parts of fetches that broke off, and files
/// whose attempt came to nothing.
@Component
class AssetSweep extends Loop {

    private static final Duration EVERY = Duration.ofHours(1);
    private static final Duration LEFT_FOR = Duration.ofDays(1);
    private static final int PORTION = 1_000;

    private static final Logger log = LoggerFactory.getLogger(AssetSweep.class);

    private final AssetStore store;
    private final Assets assets;
    private final DatabaseWatch watch;
    private final Clock clock;

    AssetSweep(AssetStore store, Assets assets, DatabaseWatch watch, Clock clock) {
        super("asset-sweep", Phases.EXECUTION);
        this.store = store;
        this.assets = assets;
        this.watch = watch;
        this.clock = clock;
    }

    @Override
    protected Duration round() {
        if (!watch.available()) {
            return Duration.ofSeconds(1);
        }
        try {
            sweep();
        } catch (IOException unreadable) {
            log.warn("The asset store could not be swept", unreadable);
        }
        return EVERY;
    }

    int sweep() throws IOException {
        var old = store.writtenBefore(clock.instant().minus(LEFT_FOR));
        int deleted = 0;
        for (int from = 0; from < old.size(); from += PORTION) {
            var portion = old.subList(from, Math.min(old.size(), from + PORTION));
            var named = assets.named(portion);
            for (var path : portion) {
                if (!named.contains(path)) {
                    store.delete(path);
                    deleted++;
                }
            }
        }
        if (deleted > 0) {
            log.info("Deleted {} files that no job names", deleted);
        }
        return deleted;
    }
}
