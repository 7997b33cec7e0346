package dev.millrace.api.usage;

import dev.millrace.api.call.Asked;
import dev.millrace.api.problem.Problem;
import dev.millrace.extent.Extent;
import dev.millrace.job.JobKind;
import dev.millrace.ledger.Prices;
import dev.millrace.ledger.VideoUse;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.Usage;
import dev.millrace.routing.Deployment;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.Routes;
import dev.millrace.settings.MillraceSettings;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/// What a job or a call may cost before it has run: one attempt at the dearest deployment that may serve it. A prompt
/// is taken for a token to four bytes, put into a cache where that costs more, and each answer for as long as its
/// request allows.
@Component
public final class Estimates {

    private final Routes routes;
    private final Prices prices;
    private final Adapters adapters;
    private final Clock clock;
    private final long assumedOutput;

    @Autowired
    Estimates(Routes routes, Prices prices, Adapters adapters, MillraceSettings settings, Clock clock) {
        this(routes, prices, adapters, settings.prices().assumedOutput(), clock);
    }

    /// @param assumedOutput tokens of an answer whose request sets no limit
    Estimates(Routes routes, Prices prices, Adapters adapters, long assumedOutput, Clock clock) {
        this.routes = routes;
        this.prices = prices;
        this.adapters = adapters;
        this.clock = clock;
        this.assumedOutput = assumedOutput;
    }

    /// @param request the OpenAI body, read and judged before
    /// @throws Problem 400 if it may be served by a deployment without a price
    public BigDecimal of(JobKind kind, String model, byte[] request) {
        var route = routes.find(model, kind).orElseThrow(() -> unpriced(model));
        var estimate = switch (kind) {
            case CHAT -> ofTokens(route, Extent.ofChat(request), 1);
            case VIDEO -> ofVideo(route, VideoUse.of(request));
        };
        return estimate.orElseThrow(() -> unpriced(model));
    }

    /// Empty if it may be served by a deployment without a price.
    Optional<BigDecimal> of(Asked asked) {
        return ofTokens(asked.route(), asked.extent(), asked.calls());
    }

    /// What a call has used that was answered and whose provider told nothing, as one for pictures may: as much as was
    /// estimated before. Empty where its price asks for no tokens.
    Optional<Usage> untold(String provider, String model, Instant at, Extent extent) {
        return prices.needsTokens(provider, model, at) ? Optional.of(usage(extent)) : Optional.empty();
    }

    private Usage usage(Extent extent) {
        return new Usage(extent.prompt() + 1, extent.allAnswers(assumedOutput), 0, 0, true);
    }

    private Optional<BigDecimal> ofTokens(ModelRoute route, Extent extent, int calls) {
        var usage = usage(extent);
        var written = new Usage(usage.prompt(), usage.completion(), 0, usage.prompt(), 0, true);
        return dearest(
                route,
                (at, now) -> Stream.of(usage, written)
                        .flatMap(use -> prices.cost(at.provider().name(), at.model(), now, use, calls).stream())
                        .max(Comparator.naturalOrder()));
    }

    private Optional<BigDecimal> ofVideo(ModelRoute route, VideoUse use) {
        return dearest(route, (at, now) -> {
            var seconds = use.seconds(adapters.video(at.provider().type()), at.model());
            return prices.videoCost(at.provider().name(), at.model(), now, seconds, use.size());
        });
    }

    /// Of all that the call may come to, fallback models included; what is out of service serves nobody.
    private Optional<BigDecimal> dearest(
            ModelRoute route, BiFunction<Deployment, Instant, Optional<BigDecimal>> price) {
        var now = clock.instant();
        var today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        var most = BigDecimal.ZERO;
        for (var deployment : route.tiers().stream().flatMap(List::stream).toList()) {
            if (deployment.isRetired(today)) {
                continue;
            }
            var cost = price.apply(deployment, now);
            if (cost.isEmpty()) {
                return Optional.empty();
            }
            most = most.max(cost.get());
        }
        return Optional.of(most);
    }

    static Problem unpriced(String model) {
        return Problem.invalid(
                "model",
                "model_not_priced",
                "The model '" + model + "' has no price, and this project has a budget; its operator can set one.");
    }
}
