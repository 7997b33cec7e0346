package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.http.GuardedResolver.ForbiddenAddressException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GuardedResolverTest {

    private static final Duration AWHILE = Duration.ofSeconds(5);

    /// Loopback is forbidden, but for the one address that plays the public receiver.
    private static final AddressGuard GUARD =
            new AddressGuard(Networks.parse(List.of("127.0.0.2/32")), Networks.parse(List.of()));

    /// A name server whose answers are the next in a list, the last for ever.
    private record Answers(AtomicInteger asked, List<List<String>> answers) implements DnsResolver {

        @SafeVarargs
        Answers(List<String>... answers) {
            this(new AtomicInteger(), List.of(answers));
        }

        @Override
        public InetAddress[] resolve(String host) {
            var answer = answers.get(Math.min(asked.getAndIncrement(), answers.size() - 1));
            return answer.stream().map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }

    @Test
    void permitted_addresses_are_handed_on_as_they_were_judged() throws Exception {
        var resolver = new GuardedResolver(GUARD, new Answers(List.of("8.8.8.8", "2606:4700::1111")));
        assertThat(resolver.resolve("example.com"))
                .containsExactly(InetAddress.ofLiteral("8.8.8.8"), InetAddress.ofLiteral("2606:4700::1111"));
    }

    @Test
    void one_forbidden_address_condemns_the_whole_answer_wherever_it_stands() {
        for (var answer : List.of(
                List.of("10.0.0.1", "8.8.8.8"),
                List.of("8.8.8.8", "10.0.0.1"),
                List.of("8.8.8.8", "2606:4700::1111", "::1"),
                List.of("8.8.8.8", "64:ff9b::7f00:1", "1.1.1.1"))) {
            assertThatExceptionOfType(ForbiddenAddressException.class)
                    .as(answer.toString())
                    .isThrownBy(() -> new GuardedResolver(GUARD, new Answers(answer)).resolve("example.com"));
        }
    }

    @Test
    void the_refusal_names_the_host_and_not_the_address_it_has() {
        assertThatExceptionOfType(ForbiddenAddressException.class)
                .isThrownBy(() -> new GuardedResolver(GUARD, new Answers(List.of("10.1.2.3"))).resolve("example.com"))
                .withMessageContaining("example.com")
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("10.1.2.3"));
    }

    @Test
    void a_name_that_nobody_knows_stays_unknown() {
        var resolver = new GuardedResolver(GUARD, new DnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                throw new UnknownHostException(host);
            }

            @Override
            public String resolveCanonicalHostname(String host) throws UnknownHostException {
                throw new UnknownHostException(host);
            }
        });
        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> resolver.resolve("nobody.example"))
                .isNotInstanceOf(ForbiddenAddressException.class);
    }

    @Test
    void the_client_sends_nothing_to_a_forbidden_address_whether_a_name_or_a_literal_leads_there() {
        try (var forbidden = RawServer.answering(RawServer.json("{}"))) {
            for (var host : Stream.of("127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "receiver.example")
                    .toList()) {
                DnsResolver names = host.equals("receiver.example")
                        ? new Answers(List.of("127.0.0.1"))
                        : org.apache.hc.client5.http.SystemDefaultDnsResolver.INSTANCE;
                try (var http = new OutboundHttp(4, AWHILE, new GuardedResolver(GUARD, names))) {
                    var reply = http.send(Calls.post(URI.create("http://" + host + ":" + forbidden.port() + "/"), "{}")
                            .call());
                    assertThat(reply)
                            .as(host)
                            .isInstanceOfSatisfying(
                                    Reply.NotSent.class,
                                    not -> assertThat(not.reason()).contains("is not allowed"));
                }
            }
            assertThat(forbidden.connections()).isEmpty();
        }
    }

    /// The receiver's name points to a public address when it is first asked for, and to loopback ever after.
    private static Answers rebinding() {
        return new Answers(List.of("127.0.0.2"), List.of("127.0.0.1"));
    }

    @Test
    void an_answer_that_changes_after_it_was_judged_never_leads_to_a_forbidden_address_in_ten_of_ten_attempts() {
        try (var receiver = RawServer.start("127.0.0.2", 0, connection -> {
                    connection.readRequest();
                    connection.write(RawServer.json("{}"));
                });
                var internal = RawServer.start("127.0.0.1", receiver.port(), connection -> connection.readRequest())) {
            for (int attempt = 1; attempt <= 10; attempt++) {
                try (var http = new OutboundHttp(4, AWHILE, new GuardedResolver(GUARD, rebinding()))) {
                    var call = Calls.post(URI.create("http://rebind.example:" + receiver.port() + "/"), "{}")
                            .fresh()
                            .call();
                    assertThat(http.send(call)).as("first call").isInstanceOf(Reply.Answered.class);
                    assertThat(receiver.requests()).hasSize(attempt);
                    assertThat(http.send(call)).as("second call").isInstanceOf(Reply.NotSent.class);
                }
            }
            assertThat(internal.connections()).isEmpty();
        }
    }

    @Test
    void a_check_made_before_the_call_would_not_have_stopped_any_of_them() throws Exception {
        try (var receiver = RawServer.start("127.0.0.2", 0, connection -> connection.readRequest());
                var internal = RawServer.start("127.0.0.1", receiver.port(), connection -> {
                    connection.readRequest();
                    connection.write(RawServer.json("{}"));
                })) {
            for (int attempt = 1; attempt <= 10; attempt++) {
                var names = rebinding();
                new GuardedResolver(GUARD, names).resolve("rebind.example");
                try (var unguarded = new OutboundHttp(4, AWHILE, names)) {
                    unguarded.send(Calls.post(URI.create("http://rebind.example:" + receiver.port() + "/"), "{}")
                            .call());
                }
            }
            assertThat(internal.requests()).hasSize(10);
        }
    }
}
