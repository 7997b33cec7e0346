package dev.millrace.worker.polling;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.render.RenderStore;
import dev.millrace.routing.Routes;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Says at the start which keys are missing for renders that are still open: they can only be followed with the key
/// that created them.
@Component
class OpenRenderKeys implements DatabaseWatch.Check {

    private static final Logger log = LoggerFactory.getLogger(OpenRenderKeys.class);

    private final RenderStore renders;
    private final Routes routes;

    OpenRenderKeys(RenderStore renders, Routes routes) {
        this.renders = renders;
        this.routes = routes;
    }

    @Override
    public Optional<String> objection() {
        for (var open : renders.openByKey()) {
            var key = routes.provider(open.provider()).flatMap(provider -> provider.key(open.keyRef()));
            if (key.isEmpty()) {
                log.error(
                        "{} open renders at provider {} need key {}, which is no longer configured; they wait until"
                                + " it is back",
                        open.renders(),
                        open.provider(),
                        open.keyRef());
            }
        }
        return Optional.empty();
    }
}
