package dev.millrace.quickstart.client;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// An endpoint for webhooks on 127.0.0.1 that keeps all that it receives and checks each signature with the official
/// library of Standard Webhooks, which is no code of ours.
///
/// ```java
/// try (var receiver = WebhookReceiver.start()) {
///     receiver.trust(project.webhookSecret());
///     var job = client.submit("chat", request, receiver.url());
///     var webhook = receiver.await(w -> w.jobId().equals(job.id()), Duration.ofSeconds(30)).orElseThrow();
///     assertThat(webhook.verified()).isTrue();
/// }
/// ```
public final class WebhookReceiver implements AutoCloseable {

    private final HttpServer server;
    private final List<Webhook> trusted = new CopyOnWriteArrayList<>();
    private final List<Received> received = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private volatile int status = 204;

    private WebhookReceiver(HttpServer server) {
        this.server = server;
    }

    /// What arrived in one request.
    ///
    /// @param id       the header `webhook-id`
    /// @param type     `job.succeeded` and the like
    /// @param jobId    the job that it is about
    /// @param verified whether the signature is right by one of the trusted secrets and its time is now
    /// @param headers  in lower case
    /// @param body     as it came
    public record Received(
            Instant at,
            String id,
            String type,
            String jobId,
            boolean verified,
            Map<String, List<String>> headers,
            String body) {}

    /// A receiver on a free port.
    public static WebhookReceiver start() {
        return start(0);
    }

    /// A receiver on that port; 0 takes a free one.
    public static WebhookReceiver start(int port) {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            var receiver = new WebhookReceiver(server);
            server.createContext("/", receiver::receive);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.start();
            return receiver;
        } catch (IOException noPort) {
            throw new IllegalStateException("No port for a webhook receiver", noPort);
        }
    }

    /// Takes webhooks signed with that secret, `whsec_…`, for genuine from now on.
    public void trust(String secret) {
        try {
            trusted.add(new Webhook(secret));
        } catch (EmptyWebhookSecretException empty) {
            throw new IllegalArgumentException("No secret", empty);
        }
    }

    /// The status that requests are answered with from now on; 204 at first.
    public void answerWith(int code) {
        status = code;
    }

    /// The address to give as `webhook_url`.
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/webhooks");
    }

    /// All that has arrived, in order.
    public List<Received> received() {
        lock.lock();
        try {
            return List.copyOf(received);
        } finally {
            lock.unlock();
        }
    }

    /// The first webhook like that, which may have arrived already; empty when the time is over.
    public Optional<Received> await(Predicate<Received> like, Duration time) {
        long left = time.toNanos();
        lock.lock();
        try {
            while (true) {
                var found = received.stream().filter(like).findFirst();
                if (found.isPresent() || left <= 0) {
                    return found;
                }
                left = arrived.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until that many have arrived, and gives them all.
    public List<Received> await(int count, Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        lock.lock();
        try {
            while (received.size() < count && System.nanoTime() < deadline) {
                if (!arrived.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    break;
                }
            }
            return List.copyOf(received);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return List.copyOf(received);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var headers = new TreeMap<String, List<String>>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
            JsonNode event = parse(body);
            keep(new Received(
                    Instant.now(),
                    String.join(",", headers.getOrDefault("webhook-id", List.of())),
                    Json.text(event, "type"),
                    Json.text(event.path("data"), "id"),
                    isGenuine(body, headers),
                    headers,
                    body));
            exchange.sendResponseHeaders(status, -1);
        }
    }

    private void keep(Received webhook) {
        lock.lock();
        try {
            received.add(webhook);
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isGenuine(String body, Map<String, List<String>> headers) {
        for (var secret : trusted) {
            try {
                secret.verify(body, headers);
                return true;
            } catch (WebhookVerificationException notThisOne) {
                // Signed with another secret, at another time, or by somebody else: the next one may fit.
            }
        }
        return false;
    }

    private static JsonNode parse(String body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (JacksonException noJson) {
            return Json.MAPPER.createObjectNode();
        }
    }
}
