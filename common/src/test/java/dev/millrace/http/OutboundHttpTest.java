package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.Staged;
import java.io.ByteArrayOutputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPOutputStream;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What leaves, and how often: told by a bare socket at the other end.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OutboundHttpTest {

    private final OutboundHttp http = new OutboundHttp(8, Duration.ofSeconds(2), SystemDefaultDnsResolver.INSTANCE);

    @AfterEach
    void close() {
        http.close();
    }

    private static String body(Reply reply) {
        return new String(answered(reply).body(), StandardCharsets.UTF_8);
    }

    private static Reply.Answered answered(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Answered.class);
        return (Reply.Answered) reply;
    }

    @Test
    void a_call_is_sent_as_it_was_given_with_nothing_added_but_what_http_needs() {
        try (var server = RawServer.answering(RawServer.json("{\"a\":1}"))) {
            var reply = http.send(Calls.post(server.uri("/v1/x?y=%20z"), "{\"b\":2}")
                    .header("Authorization", "Bearer k")
                    .call());
            assertThat(answered(reply).status()).isEqualTo(200);
            assertThat(answered(reply).header("CONTENT-TYPE")).hasValue("application/json");
            assertThat(answered(reply).header("x-none")).isEmpty();
            assertThat(body(reply)).isEqualTo("{\"a\":1}");

            assertThat(server.requests()).singleElement().satisfies(request -> {
                assertThat(request).startsWith("POST /v1/x?y=%20z HTTP/1.1\r\n").endsWith("\r\n\r\n{\"b\":2}");
                assertThat(request.substring(0, request.indexOf("\r\n\r\n"))
                                .lines()
                                .skip(1)
                                .map(line -> line.toLowerCase(Locale.ROOT)))
                        .containsExactlyInAnyOrder(
                                "authorization: bearer k",
                                "content-length: 7",
                                "content-type: application/json",
                                "host: 127.0.0.1:" + server.port(),
                                "connection: keep-alive",
                                "user-agent: millrace");
            });
        }
    }

    /// A call whose body nobody else has.
    private record Watched(OutboundCall call, WeakReference<byte[]> body) {
        static Watched post(URI uri) {
            var call = Calls.get(uri).call();
            var body = new byte[4_096];
            return new Watched(
                    new OutboundCall(
                            "POST",
                            uri,
                            List.of(),
                            Optional.of(new OutboundCall.Body(body, "application/json")),
                            call.total(),
                            false,
                            call.lastCheck(),
                            call.mostBytes()),
                    new WeakReference<>(body));
        }
    }

    @Test
    void what_was_sent_is_not_kept_while_its_answer_is_awaited() {
        var mayAnswer = new CountDownLatch(1);
        var sent = new CountDownLatch(1);
        try (var server = RawServer.start(connection -> {
            connection.readRequest();
            sent.countDown();
            Staged.await(mayAnswer);
            connection.write(RawServer.json("{}"));
        })) {
            var watched = Watched.post(server.uri("/"));
            var answer = Staged.aside(() -> http.send(watched.call()));
            Staged.await(sent);

            Awaitility.await("the body is garbage")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> {
                        System.gc();
                        return watched.body().get() == null;
                    });

            assertThat(answer).isNotDone();
            mayAnswer.countDown();
            assertThat(answered(answer.join()).status()).isEqualTo(200);
            assertThat(server.bytesReceived()).isGreaterThan(4_096);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "503 Service Unavailable\r\nRetry-After: 0",
                "429 Too Many Requests\r\nRetry-After: 0",
                "408 Request Timeout",
                "500 Internal Server Error",
                "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"",
                "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\""
            })
    void a_call_is_sent_once_whatever_is_answered(String status) {
        try (var server = RawServer.answering("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n")) {
            var reply = http.send(Calls.post(server.uri("/"), "{}").call());
            assertThat(answered(reply).status()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void a_call_is_sent_once_when_its_answer_is_lost() {
        for (var freshConnection : new boolean[] {false, true}) {
            try (var resetting = RawServer.start(connection -> {
                        connection.readRequest();
                        connection.reset();
                    });
                    var closing = RawServer.start(RawServer.Connection::readRequest)) {
                for (var server : new RawServer[] {resetting, closing}) {
                    var get = Calls.get(server.uri("/"));
                    assertThat(http.send((freshConnection ? get.fresh() : get).call()))
                            .isInstanceOf(Reply.Lost.class);
                    assertThat(server.connections()).hasSize(1);
                    assertThat(server.requests()).hasSize(1);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 303, 307, 308})
    void a_redirect_is_answered_and_not_followed(int status) {
        try (var elsewhere = RawServer.answering(RawServer.json("{}"));
                var server = RawServer.answering("HTTP/1.1 " + status + " Elsewhere\r\nLocation: "
                        + elsewhere.uri("/hook") + "\r\nContent-Length: 0\r\n\r\n")) {
            var reply = answered(http.send(Calls.post(server.uri("/"), "{}").call()));
            assertThat(reply.status()).isEqualTo(status);
            assertThat(reply.header("location")).hasValue(elsewhere.uri("/hook").toString());
            assertThat(elsewhere.connections()).isEmpty();
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void no_cookie_is_kept() {
        try (var server =
                RawServer.answering("HTTP/1.1 200 OK\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: 0\r\n\r\n")) {
            http.send(Calls.get(server.uri("/")).call());
            http.send(Calls.get(server.uri("/")).call());
            assertThat(server.requests()).hasSize(2).noneMatch(request -> request.contains("ookie"));
        }
    }

    @Test
    void no_password_is_kept_from_a_url_that_held_one() {
        try (var server = RawServer.answering(RawServer.json("{}"))) {
            http.send(Calls.get(URI.create("http://user:password@127.0.0.1:" + server.port() + "/"))
                    .call());
            http.send(Calls.get(server.uri("/")).call());
            assertThat(server.requests()).noneMatch(request -> request.contains("uthorization"));
        }
    }

    @Test
    void a_proxy_that_the_environment_names_is_not_used() {
        try (var proxy = RawServer.answering(RawServer.json("{}"));
                var server = RawServer.answering(RawServer.json("{}"))) {
            System.setProperty("http.proxyHost", "127.0.0.1");
            System.setProperty("http.proxyPort", Integer.toString(proxy.port()));
            System.setProperty("http.nonProxyHosts", "");
            try (var ours = new OutboundHttp(2, Duration.ofSeconds(2), SystemDefaultDnsResolver.INSTANCE)) {
                assertThat(ours.send(Calls.get(server.uri("/")).call())).isInstanceOf(Reply.Answered.class);
            } finally {
                System.clearProperty("http.proxyHost");
                System.clearProperty("http.proxyPort");
                System.clearProperty("http.nonProxyHosts");
            }
            assertThat(proxy.connections()).isEmpty();
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void a_compressed_body_is_not_asked_for_and_not_inflated() throws Exception {
        var zipped = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(zipped)) {
            zip.write(new byte[1 << 20]);
        }
        try (var server = RawServer.start(connection -> {
            connection.readRequest();
            connection
                    .write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + zipped.size() + "\r\n\r\n")
                    .write(zipped.toByteArray());
        })) {
            var reply = answered(http.send(Calls.get(server.uri("/")).call()));
            assertThat(reply.body()).isEqualTo(zipped.toByteArray());
            assertThat(server.requests())
                    .singleElement()
                    .satisfies(request ->
                            assertThat(request.toLowerCase(Locale.ROOT)).doesNotContain("accept-encoding"));
        }
    }
}
