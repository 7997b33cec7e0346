package dev.millrace.worker.delivery;

import dev.millrace.access.WebhookSecrets;
import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import dev.millrace.webhook.DeliveryId;
import dev.millrace.webhook.DeliveryReport;
import dev.millrace.webhook.DeliverySettings;
import dev.millrace.webhook.DueDelivery;
import dev.millrace.webhook.WebhookSignature;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.hc.core5.http.Header;
import org.jspecify.annotations.Nullable;

/// Makes one attempt at a delivery and says what follows.
final class DeliveryAttempt {

    private static final int KEPT = 4 * 1024;
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final double JITTER = 0.2;

    private final WebhookSecrets secrets;
    private final OutboundHttp http;
    private final DeliverySettings settings;
    private final Clock clock;
    private final RandomGenerator random;
    private final MeterRegistry meters;

    DeliveryAttempt(
            WebhookSecrets secrets,
            OutboundHttp http,
            DeliverySettings settings,
            Clock clock,
            RandomGenerator random,
            MeterRegistry meters) {
        this.secrets = secrets;
        this.http = http;
        this.settings = settings;
        this.clock = clock;
        this.random = random;
        this.meters = meters;
    }

    DeliveryReport send(DueDelivery delivery) {
        var startedAt = clock.instant();
        long from = System.nanoTime();
        var reply = http.send(new OutboundCall(
                "POST",
                URI.create(delivery.url()),
                headers(delivery, startedAt),
                Optional.of(new OutboundCall.Body(delivery.body(), "application/json")),
                settings.totalTimeout(),
                false,
                () -> true,
                KEPT));
        var report = report(delivery, startedAt, Duration.ofNanos(System.nanoTime() - from), reply);
        meters.counter("millrace.deliveries", "outcome", report.outcome()).increment();
        return report;
    }

    private List<Header> headers(DueDelivery delivery, Instant at) {
        return new ArrayList<>(WebhookSignature.headers(
                secrets.of(delivery.project()), new DeliveryId(delivery.id()).toString(), at, delivery.body()));
    }

    private DeliveryReport report(DueDelivery delivery, Instant startedAt, Duration took, Reply reply) {
        return switch (reply) {
            case Reply.Answered answer -> answered(delivery, startedAt, took, answer);
            case Reply.NotSent notSent ->
                failed(
                        delivery,
                        startedAt,
                        took,
                        notSent.reason().startsWith("ForbiddenAddress") ? "forbidden_address" : "unreachable",
                        null,
                        null,
                        Optional.empty());
            case Reply.Lost lost ->
                failed(
                        delivery,
                        startedAt,
                        took,
                        lost.timeout() ? "timeout" : "connection_lost",
                        null,
                        null,
                        Optional.empty());
            case Reply.Withheld withheld -> throw new IllegalStateException("A webhook has no last check");
        };
    }

    private DeliveryReport answered(DueDelivery delivery, Instant startedAt, Duration took, Reply.Answered answer) {
        int status = answer.status();
        if (status / 100 == 2) {
            return new DeliveryReport(
                    delivery.id(),
                    delivery.attempts() + 1,
                    delivery.resends(),
                    startedAt,
                    took,
                    DeliveryReport.SUCCEEDED,
                    status,
                    kept(answer.body()),
                    Optional.empty());
        }
        boolean unwanted = status == 410
                || answer.header("webhook-delivery")
                        .filter("disable"::equalsIgnoreCase)
                        .isPresent();
        if (unwanted) {
            return new DeliveryReport(
                    delivery.id(),
                    delivery.attempts() + 1,
                    delivery.resends(),
                    startedAt,
                    took,
                    "disabled_by_receiver",
                    status,
                    kept(answer.body()),
                    Optional.empty());
        }
        var asked = status == 429 || status == 503 ? answer.retryAfter() : Optional.<Duration>empty();
        return failed(delivery, startedAt, took, outcome(status), status, kept(answer.body()), asked);
    }

    private static byte @Nullable [] kept(byte[] body) {
        return body.length == 0 ? null : body;
    }

    private static String outcome(int status) {
        return switch (status / 100) {
            case 3 -> "redirect";
            case 4 -> "client_error";
            case 5 -> "server_error";
            default -> "unknown_status";
        };
    }

    private DeliveryReport failed(
            DueDelivery delivery,
            Instant startedAt,
            Duration took,
            String outcome,
            @Nullable Integer status,
            byte @Nullable [] response,
            Optional<Duration> asked) {
        int number = delivery.attempts() + 1;
        return new DeliveryReport(
                delivery.id(),
                number,
                delivery.resends(),
                startedAt,
                took,
                outcome,
                status,
                response,
                next(number - delivery.scheduleStart(), asked));
    }

    /// The schedule's wait with a fifth of jitter either way; what the receiver asks for counts between that and a day.
    private Optional<Duration> next(int made, Optional<Duration> asked) {
        if (made >= settings.schedule().size()) {
            return Optional.empty();
        }
        var base = settings.schedule().get(made);
        double factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
        var wait = Duration.ofNanos((long) (base.toNanos() * factor));
        return asked.filter(longer -> longer.compareTo(wait) > 0)
                .map(longer -> longer.compareTo(LONGEST) > 0 ? LONGEST : longer)
                .or(() -> Optional.of(wait));
    }
}
