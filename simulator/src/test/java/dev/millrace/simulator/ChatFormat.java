package dev.millrace.simulator;

import static dev.millrace.simulator.SimulatorFixture.JSON;

import dev.millrace.simulator.RawClient.Received;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One question in each wire format, and where its answer has what.
enum ChatFormat {
    OPENAI("Authorization: Bearer ", "/choices/0/message/content", "/choices/0/finish_reason", "/usage") {
        @Override
        String path(String model, boolean stream) {
            return "/v1/chat/completions";
        }

        @Override
        String body(String model, boolean stream) {
            return stream ? SimulatorFixture.streamBody(model, "hello") : SimulatorFixture.chatBody(model, "hello");
        }

        @Override
        boolean isToken(String event) {
            return event.contains("\"delta\":{\"content\":");
        }

        @Override
        boolean isEnd(String event) {
            return event.equals("[DONE]");
        }

        @Override
        boolean isFinish(String event) {
            return event.contains("\"finish_reason\":\"");
        }
    },
    ANTHROPIC("anthropic-version: 2023-06-01\r\nx-api-key: ", "/content/0/text", "/stop_reason", "/usage") {
        @Override
        String path(String model, boolean stream) {
            return "/v1/messages";
        }

        @Override
        String body(String model, boolean stream) {
            ObjectNode body = AnthropicClient.message(model, "hello");
            return (stream ? body.put("stream", true) : body).toString();
        }

        @Override
        boolean isToken(String event) {
            return event.contains("text_delta");
        }

        @Override
        boolean isEnd(String event) {
            return event.contains("message_stop");
        }

        @Override
        boolean isFinish(String event) {
            return event.contains("message_delta");
        }
    },
    GEMINI("x-goog-api-key: ", "/candidates/0/content/parts/0/text", "/candidates/0/finishReason", "/usageMetadata") {
        @Override
        String path(String model, boolean stream) {
            return GeminiClient.path(model, stream ? "streamGenerateContent" : "generateContent")
                    + (stream ? "?alt=sse" : "");
        }

        @Override
        String body(String model, boolean stream) {
            return GeminiClient.contents("hello").toString();
        }

        @Override
        boolean isToken(String event) {
            return event.contains("\"parts\":[{\"text\":") && !isFinish(event);
        }

        /// There is no end marker: the stream just ends after the reason.
        @Override
        boolean isEnd(String event) {
            return isFinish(event);
        }

        @Override
        boolean isFinish(String event) {
            return event.contains("\"finishReason\":\"");
        }
    };

    private final String keyHeader;
    private final String text;
    private final String finish;
    private final String usage;

    ChatFormat(String keyHeader, String text, String finish, String usage) {
        this.keyHeader = keyHeader;
        this.text = text;
        this.finish = finish;
        this.usage = usage;
    }

    abstract String path(String model, boolean stream);

    abstract String body(String model, boolean stream);

    abstract boolean isToken(String event);

    abstract boolean isEnd(String event);

    abstract boolean isFinish(String event);

    String text(String answer) {
        return JSON.readTree(answer).at(text).asString("");
    }

    /// The reason for the end; empty if none is given.
    String finish(String answer) {
        return JSON.readTree(answer).at(finish).asString("");
    }

    JsonNode usage(String answer) {
        return JSON.readTree(answer).at(usage);
    }

    HttpResponse<String> ask(SimulatorFixture simulator, String provider, String model) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(simulator.server.providerUrl(provider) + path(model, false)))
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString(body(model, false)));
        for (String line : (keyHeader + SimulatorFixture.KEY).split("\r\n")) {
            request.header(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2));
        }
        return simulator.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /// Asks over a bare socket and takes what comes until nothing has come for so long.
    Received receive(SimulatorFixture simulator, String provider, String model, boolean stream, int quietMillis) {
        String body = body(model, stream);
        try (RawClient client = simulator.raw()) {
            return client.send("POST /p/" + provider + path(model, stream) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                            + keyHeader + SimulatorFixture.KEY
                            + "\r\nContent-Type: application/json\r\nContent-Length: "
                            + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body)
                    .receive(quietMillis);
        }
    }

    /// The data of a stream's events.
    static List<String> events(Received received) {
        return received.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
    }

    long tokens(Received received) {
        return events(received).stream().filter(this::isToken).count();
    }
}
