package dev.millrace.provider;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A page of what a provider lists.
public final class ListPage {

    private ListPage() {}

    /// @return empty where the provider answers with none
    public static Optional<JsonNode> get(OutboundHttp http, JsonMapper json, OutboundCall call) {
        if (!(http.send(call) instanceof Reply.Answered answer) || answer.status() != 200) {
            return Optional.empty();
        }
        try {
            return Optional.of(json.readTree(answer.body()));
        } catch (JacksonException noJson) {
            return Optional.empty();
        }
    }
}
