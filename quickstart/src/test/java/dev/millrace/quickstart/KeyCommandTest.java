package dev.millrace.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.quickstart.process.CannotContinue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The command before a stand-in for the operator's API.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class KeyCommandTest {

    private static final String MADE = """
            {"id":"p1","object":"project","name":"reports","api_key":"mr_1","webhook_secret":"whsec_1"}""";

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private HttpServer operator = server();

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    @BeforeEach
    void answer() {
        operator.createContext("/", exchange -> {
            try (exchange) {
                var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
                var made = MADE.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(201, made.length);
                exchange.getResponseBody().write(made);
            }
        });
        operator.start();
    }

    @AfterEach
    void stop() {
        operator.stop(0);
    }

    private String run(String... words) {
        var console = new Console(new PrintStream(said, true, StandardCharsets.UTF_8), false);
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--url", "http://127.0.0.1:" + operator.getAddress().getPort()));
        new KeyCommand(console, Map.of("MILLRACE_OPERATOR_KEY", "mop_1")).run(all);
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void a_project_without_a_budget_may_spend_what_it_likes() {
        var said = run("create", "--name", "reports");

        assertThat(asked).containsExactly("POST /operator/projects {\"name\":\"reports\"}");
        assertThat(said).contains("reports (p1)", "mr_1", "whsec_1").doesNotContain("budget");
    }

    @Test
    void a_budget_is_made_with_the_project_and_its_key() {
        var said = run("create", "--name", "reports", "--budget", "12.50");

        assertThat(asked).singleElement().asString().contains("\"name\":\"reports\"", "\"budget\":12.50");
        assertThat(said).contains("budget          12.50 US dollars a calendar month");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "50", "1000000000", "0.0000000001"})
    void an_amount_is_any_number_of_dollars(String amount) {
        run("create", "--budget=" + amount);

        assertThat(asked).singleElement().asString().contains("\"budget\":");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "ten", "1e3", "1,5", "$5", "NaN", "1000000000.01", "0.00000000001", ".5"})
    void an_amount_that_is_none_is_refused_in_one_sentence_before_anything_is_made(String amount) {
        assertThatThrownBy(() -> run("create", "--budget=" + amount))
                .isInstanceOf(CannotContinue.class)
                .hasMessage("--budget takes US dollars from 0 to 1000000000, such as 50 or 12.50, and "
                        + (amount.isEmpty() ? "nothing" : amount) + " is no such amount.");

        assertThat(asked).isEmpty();
    }

    @Test
    void a_budget_without_an_amount_is_refused() {
        assertThatThrownBy(() ->
                        new KeyCommand(new Console(System.out, false), Map.of()).run(List.of("create", "--budget")))
                .isInstanceOf(CannotContinue.class)
                .hasMessageContaining("--budget needs a value");
    }
}
