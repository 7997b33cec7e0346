package dev.millrace.worker.polling;

import dev.millrace.job.AttemptReport;
import dev.millrace.ledger.Prices;
import dev.millrace.ledger.Spend;
import dev.millrace.ledger.VideoUse;
import dev.millrace.provider.Adapters;
import dev.millrace.render.FollowedRender;
import dev.millrace.routing.Routes;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/// What a render that has ended costs. One that was given up while nobody knew what became of it has no bill: its cost
/// stays unknown.
@Component
class RenderBill {

    private final Prices prices;
    private final Spend spend;
    private final Routes routes;
    private final Adapters adapters;

    RenderBill(Prices prices, Spend spend, Routes routes, Adapters adapters) {
        this.prices = prices;
        this.spend = spend;
        this.routes = routes;
        this.adapters = adapters;
    }

    /// It was made, or is billed as if it were: by the length and size that were asked for.
    AttemptReport whole(FollowedRender render, AttemptReport ended) {
        var use = VideoUse.of(render.request());
        var adapter = routes.provider(render.provider()).flatMap(provider -> adapters.video(provider.type()));
        var seconds = use.seconds(adapter, render.model());
        var cost = prices.videoCost(render.provider(), render.model(), render.intentAt(), seconds, use.size());
        return counted(render, ended, seconds, cost.orElse(null), true);
    }

    /// It is known not to have been made, or not to be billed.
    AttemptReport nothing(FollowedRender render, AttemptReport ended) {
        var cost = prices.failedCost(render.provider(), render.model(), render.intentAt());
        return counted(render, ended, null, cost.orElse(null), false);
    }

    private AttemptReport counted(
            FollowedRender render,
            AttemptReport ended,
            @Nullable BigDecimal seconds,
            @Nullable BigDecimal cost,
            boolean made) {
        spend.ended(render.provider(), render.model(), render.intentAt(), cost, made);
        return ended.costing(seconds, cost);
    }
}
