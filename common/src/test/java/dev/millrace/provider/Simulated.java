package dev.millrace.provider;

import dev.millrace.access.Secret;
import dev.millrace.http.AddressGuard;
import dev.millrace.http.GuardedResolver;
import dev.millrace.http.Networks;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.RawServer;
import dev.millrace.simulator.SimulatorServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The provider simulator over real HTTP, with a provider that nobody used before, and what it has seen.
public final class Simulated {

    public static final JsonMapper JSON = JsonMapper.shared();

    /// Of a form that would be noticed wherever it turned up.
    public static final ProviderKey KEY = ProviderKey.of(new Secret("sk-canary-4b7f9c2e51d8"));

    public static final ProviderKey OTHER_KEY = ProviderKey.of(new Secret("sk-other-1a2b3c4d5e6f"));

    private static final Duration LONG = Duration.ofSeconds(20);

    /// One for all tests of this run, as a provider is one for all its callers.
    private static final SimulatorServer SERVER = start();

    private static final HttpClient CONTROL = HttpClient.newHttpClient();

    /// As a worker has them: one for providers, one for addresses that somebody else names.
    public static final OutboundHttp HTTP = new OutboundHttp(64, LONG, SystemDefaultDnsResolver.INSTANCE);

    public static final OutboundHttp GUARDED = foreign(List.of());

    /// The same with loopback opened, so that a test can stand there as a foreign host.
    public static final OutboundHttp OPENED = foreign(List.of("127.0.0.0/8"));

    private final String provider = "p" + UUID.randomUUID().toString().substring(0, 8);
    private final Format format;

    public Simulated(Format format) {
        this.format = format;
    }

    private static SimulatorServer start() {
        try {
            return SimulatorServer.start(0);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static OutboundHttp foreign(List<String> allowed) {
        return new OutboundHttp(
                16, LONG, new GuardedResolver(new AddressGuard(Networks.parse(allowed), Networks.parse(List.of()))));
    }

    public Format format() {
        return format;
    }

    public Target target(String model) {
        return target(model, LONG);
    }

    public Target target(String model, Duration deadline) {
        return new Target(
                provider, format.baseUrl(SERVER, provider), model, format.key(SERVER, provider), deadline, Traits.NONE);
    }

    /// The same model behind an address where nobody listens.
    public Target nowhere(String model) {
        return new Target(
                provider, URI.create("http://127.0.0.1:1/v1"), model, format.key(SERVER, provider), LONG, Traits.NONE);
    }

    /// The same model behind a connection that never comes to stand: whoever listens there says nothing of TLS.
    public Target unconnected(RawServer silent, String model, Duration connect) {
        var base = URI.create("https://127.0.0.1:" + silent.port() + "/v1");
        return new Target(provider, base, model, format.key(SERVER, provider), LONG, connect, Traits.NONE);
    }

    /// Lays a behaviour over all requests of an operation.
    public void behave(String operation, Map<String, ?> behaviour) {
        control(
                "PUT",
                "/sim/behaviours",
                Map.of("provider", provider, "operation", operation, "model", "*", "behaviour", behaviour));
    }

    public void withoutList() {
        control("PUT", "/sim/providers/" + provider, Map.of("list", false));
    }

    /// The requests of an operation that arrived.
    public List<JsonNode> requests(String operation) {
        return list(control("GET", "/sim/ledger?provider=" + provider + "&operation=" + operation, Map.of())
                .path("entries"));
    }

    /// The renders that were made.
    public List<JsonNode> renders() {
        return list(
                control("GET", "/sim/renders?provider=" + provider, Map.of()).path("renders"));
    }

    public String onlyRender() {
        var renders = renders();
        if (renders.size() != 1) {
            throw new AssertionError("not one render, but " + renders);
        }
        return renders.getFirst().path("id").asString();
    }

    /// The body of the last request of an operation, as it came.
    public JsonNode lastBody(String operation) {
        var number = requests(operation).getLast().path("number").asLong();
        return JSON.readTree(control("GET", "/sim/raw?number=" + number, Map.of())
                .path("body")
                .asString());
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static JsonNode control(String method, String path, Map<String, ?> body) {
        try {
            var answer = CONTROL.send(
                    HttpRequest.newBuilder(URI.create(SERVER.baseUrl() + path))
                            .timeout(LONG)
                            .method(
                                    method,
                                    body.isEmpty()
                                            ? HttpRequest.BodyPublishers.noBody()
                                            : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new AssertionError(method + " " + path + ": " + answer.body());
            }
            return JSON.readTree(answer.body());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
