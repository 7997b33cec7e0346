package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.database.Staged;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// What calls take while a provider thinks.
@DisplayNameGeneration(ReplaceUnderscores.class)
class WaitingCallsTest {

    private static final int CALLS = 10;

    /// Numbers, whose tree takes some twenty times their bytes.
    private static final int NUMBERS = 250_000;

    private static byte[] request() {
        return ("{\"model\":\"public\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"vector\":[0.5"
                        + ",0.5".repeat(NUMBERS) + "]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void a_call_that_waits_for_its_answer_keeps_the_bytes_of_its_request_and_no_more() throws IOException {
        var sent = new CountDownLatch(CALLS);
        var mayAnswer = new CountDownLatch(1);
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            sent.countDown();
            Staged.await(mayAnswer);
            var answer = "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        try {
            var adapter = new OpenAiChat(Simulated.HTTP, JsonMapper.shared());
            var target = new Target(
                    "waiting",
                    URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1"),
                    "upstream",
                    Simulated.KEY,
                    Duration.ofMinutes(1),
                    Traits.NONE);
            long before = usedAfterCollection();

            var answers = IntStream.range(0, CALLS)
                    .mapToObj(i -> Staged.aside(() -> adapter.complete(target, ChatCall.whole(request(), "public"))))
                    .toList();
            Staged.await(sent);

            assertThat(usedAfterCollection() - before).isLessThan(3L * CALLS * request().length);

            mayAnswer.countDown();
            assertThat(answers)
                    .allSatisfy(answer -> assertThat(answer.join()).isInstanceOf(ProviderOutcome.Succeeded.class));
        } finally {
            mayAnswer.countDown();
            server.stop(0);
            threads.close();
        }
    }

    private static long usedAfterCollection() {
        var runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
