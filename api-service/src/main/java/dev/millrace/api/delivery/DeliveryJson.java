package dev.millrace.api.delivery;

import dev.millrace.api.http.Answer;
import dev.millrace.webhook.Delivery;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/// A delivery and its attempts as callers and operators see them.
public final class DeliveryJson {

    /// In a list of one delivery's attempts.
    public static final int MOST_ATTEMPTS = 100;

    private DeliveryJson() {}

    /// As its project sees it.
    static void write(JsonGenerator to, Delivery delivery) {
        to.writeStartObject();
        members(to, delivery);
        to.writeEndObject();
    }

    /// As an operator sees it, with whose it is.
    public static void writeWithProject(JsonGenerator to, Delivery delivery) {
        to.writeStartObject();
        members(to, delivery);
        to.writeStringProperty("project_id", delivery.project().toString());
        to.writeEndObject();
    }

    private static void members(JsonGenerator to, Delivery delivery) {
        to.writeStringProperty("id", delivery.id().toString());
        to.writeStringProperty("object", "delivery");
        to.writeStringProperty("job", delivery.job().toString());
        to.writeStringProperty("event", delivery.event());
        to.writeStringProperty("type", delivery.type());
        to.writeStringProperty("url", delivery.url());
        to.writeStringProperty("status", delivery.status().word());
        to.writeNumberProperty("created_at", delivery.createdAt().getEpochSecond());
        to.writeNumberProperty("attempts", delivery.attempts());
        Answer.time(to, "next_attempt_at", delivery.next());
        to.writeName("last_attempt");
        if (delivery.last().isPresent()) {
            write(to, delivery.last().get());
        } else {
            to.writeNull();
        }
    }

    static void write(JsonGenerator to, Delivery.Attempt attempt) {
        to.writeStartObject();
        members(to, attempt);
        to.writeEndObject();
    }

    /// As an operator sees it, with what the receiver answered.
    public static void writeWithAnswer(JsonGenerator to, Delivery.Attempt attempt) {
        to.writeStartObject();
        members(to, attempt);
        // What is no UTF-8 in it is shown as such: this is for people to read.
        Answer.text(to, "response", attempt.response().map(bytes -> new String(bytes, StandardCharsets.UTF_8)));
        to.writeEndObject();
    }

    private static void members(JsonGenerator to, Delivery.Attempt attempt) {
        to.writeStringProperty("object", "delivery_attempt");
        to.writeNumberProperty("number", attempt.number());
        to.writeNumberProperty("started_at", attempt.startedAt().getEpochSecond());
        to.writeNumberProperty("milliseconds", attempt.took().toMillis());
        to.writeStringProperty("outcome", attempt.outcome());
        number(to, "http_status", attempt.httpStatus());
    }

    private static void number(JsonGenerator to, String name, Optional<Integer> number) {
        to.writeName(name);
        if (number.isPresent()) {
            to.writeNumber(number.get());
        } else {
            to.writeNull();
        }
    }
}
