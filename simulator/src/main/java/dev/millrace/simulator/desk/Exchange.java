package dev.millrace.simulator.desk;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.InvalidBehaviourException;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.behaviour.Occasion;
import dev.millrace.simulator.hold.HoldPoint;
import dev.millrace.simulator.hold.Release;
import dev.millrace.simulator.http.Connection;
import dev.millrace.simulator.http.MalformedRequestException;
import dev.millrace.simulator.http.RequestHead;
import dev.millrace.simulator.ledger.Asked;
import dev.millrace.simulator.ledger.Entry;
import dev.millrace.simulator.ledger.KeyPrint;
import dev.millrace.simulator.ledger.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One request to a provider, from its head to the last byte of its answer.
///
/// The order is always the same: read, hold, faults that come before the work, the work, hold, faults that lose the
/// answer, the answer. So whether a render was created follows from the fault's place in this order.
final class Exchange {

    private final World world;
    private final WireFormat format;
    private final Endpoint endpoint;
    private final Provider provider;
    private final Connection connection;
    private final RequestHead head;
    private final String path;
    private final Entry entry;
    private final String requestId;
    private Behaviour behaviour = Behaviour.NORMAL;

    Exchange(
            World world,
            WireFormat format,
            Endpoint endpoint,
            Provider provider,
            Connection connection,
            RequestHead head,
            String path) {
        this.world = world;
        this.format = format;
        this.endpoint = endpoint;
        this.provider = provider;
        this.connection = connection;
        this.head = head;
        this.path = path;
        this.entry = world.ledger().open(provider.name(), format.name(), endpoint.operation(), head);
        this.requestId = RequestIds.next();
        entry.named(requestId);
    }

    /// Reads the request and answers it.
    ///
    /// @return whether the connection can take another request
    boolean run() throws IOException {
        try {
            return answer();
        } catch (MalformedRequestException e) {
            entry.end(e.status(), Outcome.ANSWERED);
            throw e;
        } catch (IOException e) {
            if (entry.ending().outcome() == Outcome.OPEN) {
                entry.end(0, Outcome.ABANDONED);
            }
            entry.clientGone();
            throw e;
        }
    }

    private boolean answer() throws IOException {
        String key = format.key(head);
        String print = key == null ? "" : provider.printOf(key);
        if (world.behaviours().resetsBeforeBody(provider.name(), endpoint.operation(), print)) {
            entry.read(asked("", "", print));
            return reset();
        }
        byte[] body = connection.readBody(head);
        world.ledger().keepRaw(entry, head, endpoint.credentialInBody() ? new byte[0] : body);
        try {
            Task task = read(body, print);
            if (!takes(key)) {
                return refuse(keyError(key, print));
            }
            behaviour = world.behaviours()
                    .of(new Occasion(provider.name(), endpoint.operation(), task.model(), task.prompt(), print));
            return carryOut(task);
        } catch (ApiException e) {
            return refuse(takes(key) ? e.error() : keyError(key, print));
        } catch (InvalidBehaviourException e) {
            return refuse(new ApiError(
                    400, "invalid_request_error", "unknown_behaviour", "model", String.valueOf(e.getMessage())));
        }
    }

    private boolean takes(@Nullable String key) {
        return endpoint.credentialInBody() || provider.takes(key);
    }

    private Task read(byte[] body, String print) throws ApiException {
        try {
            Task task = endpoint.read(new Incoming(provider, head, path, body, print, entry));
            entry.read(asked(task.model(), task.prompt(), print));
            return task;
        } catch (ApiException e) {
            entry.read(asked("", "", print));
            throw e;
        }
    }

    private Asked asked(String model, String prompt, String print) {
        return new Asked(
                model,
                prompt,
                print,
                head.header("Idempotency-Key"),
                head.extensionLines().stream().map(KeyPrint::mask).toList());
    }

    private boolean carryOut(Task task) throws IOException, ApiException {
        if (behaviour.is(Key.RESET, "before-body") || dropped(HoldPoint.REQUEST_READ, task)) {
            return reset();
        }
        if (behaviour.isNormal()) {
            return deliver(task.answer(behaviour), task);
        }
        if (behaviour.is(Key.RESET, "after-body")) {
            return reset();
        }
        if (behaviour.is(Key.HANG_UP)) {
            return hangUp();
        }
        if (behaviour.has(Key.LATE_ACCEPT)) {
            workLater(task, behaviour.time(Key.LATE_ACCEPT).orElseThrow());
            return behaviour.is(Key.SILENCE) ? stayingSilent() : reset();
        }
        if (behaviour.is(Key.SILENCE)) {
            return stayingSilent();
        }
        Optional<Duration> latency = behaviour.time(Key.LATENCY);
        if (latency.isPresent() && connection.goneAfter(latency.get())) {
            entry.clientGone();
        }
        Optional<Answer> instead = insteadOfWork(task);
        if (instead.isPresent()) {
            return deliver(instead.get(), task);
        }
        Answer answer = task.answer(behaviour);
        if (behaviour.has(Key.ACCEPT_THEN)) {
            return loseAnswer(task, behaviour.text(Key.ACCEPT_THEN).orElseThrow());
        }
        return deliver(behaviour.has(Key.REDIRECT) ? redirect() : answer, task);
    }

    private Answer redirect() {
        String target = behaviour.text(Key.REDIRECT).orElseThrow();
        return new Answer.Whole(302, "text/plain", Body.of(""), List.of(new Header("location", target)));
    }

    /// An answer that takes the place of the work, which is then not done.
    private Optional<Answer> insteadOfWork(Task task) throws ApiException {
        Optional<ApiError> error = Faults.error(behaviour, format);
        if (error.isPresent()) {
            return Optional.of(errorAnswer(error.get()));
        }
        for (String field : behaviour.text(Key.REFUSE).map(f -> f.split(",")).orElse(new String[0])) {
            if (task.has(field)) {
                return Optional.of(errorAnswer(new ApiError(
                        400,
                        "invalid_request_error",
                        "unsupported_parameter",
                        field,
                        "Unsupported parameter: '" + field + "' is not supported with this model.")));
            }
        }
        if (behaviour.has(Key.BODY)) {
            return Optional.of(Faults.instead(behaviour.text(Key.BODY).orElseThrow(), behaviour, format, requestId));
        }
        return Optional.empty();
    }

    /// The work has been done; its answer never arrives as it should.
    private boolean loseAnswer(Task task, String how) throws IOException, ApiException {
        return switch (how) {
            case "reset" -> {
                // Held first, so that a test can act while the render exists and the caller does not know.
                dropped(HoldPoint.BEFORE_ANSWER, task);
                yield reset();
            }
            case "hang-up" -> hangUp();
            case "silence" -> stayingSilent();
            case "garbage", "html", "nothing" -> deliver(Faults.instead(how, behaviour, format, requestId), task);
            default -> deliver(errorAnswer(format.errorOf(Integer.parseInt(how))), task);
        };
    }

    private void workLater(Task task, Duration wait) {
        long generation = world.renders().generation();
        Behaviour then = behaviour;
        Thread.ofVirtual().name("simulator-late-accept").start(() -> {
            try {
                Thread.sleep(wait);
                if (generation == world.renders().generation()) {
                    task.answer(then);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ApiException e) {
                // Refused after all; the caller has long gone, and the ledger shows that no render came of it.
            }
        });
    }

    private boolean deliver(Answer answer, Task task) throws IOException, ApiException {
        if (dropped(HoldPoint.BEFORE_ANSWER, task)) {
            return reset();
        }
        boolean heldMidBody = world.holds().anyAt(HoldPoint.MID_BODY);
        Delivery delivery = new Delivery(
                connection,
                entry,
                behaviour,
                format,
                requestId,
                heldMidBody ? () -> dropped(HoldPoint.MID_BODY, task) : null);
        return delivery.send(answer) && !behaviour.is(Key.CLOSE);
    }

    private boolean refuse(ApiError error) throws IOException {
        return new Delivery(connection, entry, Behaviour.NORMAL, format, requestId, null).sendWhole(errorAnswer(error));
    }

    private Answer.Whole errorAnswer(ApiError error) {
        List<Header> headers = new ArrayList<>(Faults.retryHeaders(behaviour));
        headers.addAll(format.errorHeaders(error));
        return new Answer.Whole(
                error.status(), "application/json", Body.of(format.errorBody(error, requestId)), headers);
    }

    private ApiError keyError(@Nullable String key, String print) {
        return format.keyError(head, key == null || key.isBlank() ? "" : print);
    }

    private boolean dropped(HoldPoint point, Task task) {
        return world.holds().anyAt(point)
                && world.holds().pass(point, provider.name(), endpoint.operation(), task.model(), connection)
                        == Release.DROP;
    }

    private boolean reset() {
        entry.end(0, Outcome.RESET);
        connection.reset();
        return false;
    }

    /// Closes the connection in good order, and without an answer.
    private boolean hangUp() {
        entry.end(0, Outcome.BROKEN);
        return false;
    }

    private boolean stayingSilent() {
        connection.awaitGone();
        entry.end(0, Outcome.SILENCE);
        entry.clientGone();
        connection.close();
        return false;
    }

    @FunctionalInterface
    interface MidBodyHold {
        /// Stands still if a hold is in place.
        ///
        /// @return whether the request is to be dropped
        boolean dropped();
    }

    /// Only to say that a delivery may have no hold.
    static boolean drops(@Nullable MidBodyHold hold) {
        return hold != null && hold.dropped();
    }
}
