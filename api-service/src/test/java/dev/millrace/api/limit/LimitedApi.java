package dev.millrace.api.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.api.fixture.SkippingClock;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpRequest;
import java.util.Map;
import java.util.UUID;

/// One service for all tests of limits, with projects that have some. Its minutes turn when a test says so.
final class LimitedApi {

    static final SkippingClock clock = new SkippingClock();
    static final BoastfulProvider provider = new BoastfulProvider();
    static final SimulatedApi api = start();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(api::close));
    }

    private LimitedApi() {}

    private static SimulatedApi start() {
        var setup = new SimulatedApi.Setup()
                .route("plain", "sim-chat")
                .route("slow", "sim-chat~latency=500ms")
                .route("talks", "sim-chat~tokens=500")
                .route("broken", "sim-chat~status=500")
                .route("vectors", "sim-embed")
                .set("models.vectors.kind", "embedding")
                .route("draws", "sim-image")
                .set("models.draws.kind", "image");
        for (var setting : provider.settings()) {
            var parts = setting.split("=", 2);
            setup.set(parts[0].substring("millrace.".length()), parts[1]);
        }
        return setup.start(clock);
    }

    static Reply change(UUID project, String body) {
        return api.api()
                .operator()
                .call(
                        "PATCH",
                        "/operator/projects/" + project,
                        HttpRequest.BodyPublishers.ofString(body),
                        Map.of("Content-Type", "application/json"));
    }

    static RunningApi.NewProject limitedProject(String limits) {
        var project = api.api().newProject();
        assertThat(change(project.id(), limits).status()).isEqualTo(200);
        return project;
    }

    static ApiClient limited(String limits) {
        return api.api().withKey(limitedProject(limits).apiKey());
    }

    static Reply chat(ApiClient caller) {
        return caller.post(Chats.PATH, Chats.of("plain"));
    }

    static long number(Reply reply, String header) {
        return Long.parseLong(reply.header(header).orElseThrow());
    }

    static double refused(String limit) {
        return api.api()
                .bean(MeterRegistry.class)
                .get("millrace.limits.refused")
                .tag("limit", limit)
                .counter()
                .count();
    }
}
