package dev.millrace.api.usage;

import dev.millrace.api.problem.Problem;
import dev.millrace.job.JobKind;
import dev.millrace.ledger.Prices;
import dev.millrace.ledger.VideoUse;
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
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a job or a call may cost before it has run: one attempt at the dearest deployment that may serve it. A prompt
/// is
/// taken for a token to four bytes, and an answer for as long as its request allows.
@Component
public final class Estimates {

    private static final int BYTES_A_TOKEN = 4;
    private static final long MOST_TOKENS = 100_000_000;

    private final Routes routes;
    private final Prices prices;
    private final Clock clock;
    private final long assumedOutput;

    Estimates(Routes routes, Prices prices, MillraceSettings settings, Clock clock) {
        this.routes = routes;
        this.prices = prices;
        this.clock = clock;
        this.assumedOutput = settings.prices().assumedOutput();
    }

    /// @param request the OpenAI body, read and judged before
    /// @throws Problem 400 if it may be served by a deployment without a price
    public BigDecimal of(JobKind kind, String model, byte[] request) {
        var route = routes.find(model, kind).orElseThrow(() -> unpriced(model));
        var estimate = switch (kind) {
            case CHAT -> ofChat(route, request.length / BYTES_A_TOKEN + 1, longestAnswer(request));
            case VIDEO -> ofVideo(route, VideoUse.of(request));
        };
        return estimate.orElseThrow(() -> unpriced(model));
    }

    /// Empty if it may be served by a deployment without a price.
    ///
    /// @param prompt tokens of the prompt
    Optional<BigDecimal> ofCall(ModelRoute route, long prompt) {
        return ofChat(route, prompt, assumedOutput);
    }

    private Optional<BigDecimal> ofChat(ModelRoute route, long prompt, long answer) {
        var usage = new Usage(prompt, answer, 0, 0, true);
        return dearest(route, (at, now) -> prices.cost(at.provider().name(), at.model(), now, usage));
    }

    private Optional<BigDecimal> ofVideo(ModelRoute route, VideoUse use) {
        return dearest(
                route, (at, now) -> prices.videoCost(at.provider().name(), at.model(), now, use.seconds(), use.size()));
    }

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

    private long longestAnswer(byte[] request) {
        JsonNode body;
        try {
            body = JsonMapper.shared().readTree(request);
        } catch (JacksonException unreadable) {
            return assumedOutput;
        }
        long most = tokens(body.path("max_completion_tokens"))
                .or(() -> tokens(body.path("max_tokens")))
                .orElse(assumedOutput);
        long answers = tokens(body.path("n")).orElse(1L);
        return Math.clamp(most * answers, 0, MOST_TOKENS);
    }

    private static Optional<Long> tokens(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToInt() && value.intValue() > 0
                ? Optional.of(value.longValue())
                : Optional.empty();
    }

    static Problem unpriced(String model) {
        return Problem.invalid(
                "model",
                "model_not_priced",
                "The model '" + model + "' has no price, and this project has a budget; its operator can set one.");
    }
}
