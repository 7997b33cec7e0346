package dev.millrace.api.chat;

import dev.millrace.api.call.Asked;
import dev.millrace.api.call.Attempt;
import dev.millrace.api.call.CallerGoneException;
import dev.millrace.api.call.Course;
import dev.millrace.api.call.Courses;
import dev.millrace.api.call.Origin;
import dev.millrace.api.call.Tried;
import dev.millrace.api.call.WholeAnswers;
import dev.millrace.api.problem.Problem;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.ChatAdapter.Opening;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ChatStream;
import dev.millrace.provider.ChatStream.Part;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/// Answers a chat as it comes. Until the first token nothing leaves, so deployments can be changed unseen and a failure
/// of all of them is an error like any other; after it a failure is an event that says so, never a clean end.
@Component
final class StreamedChat {

    /// More than any provider sends before its first token.
    private static final int MOST_HELD = 1_000;

    static final String KIND = "chat";

    private final Courses courses;
    private final Adapters adapters;
    private final Pings pings;
    private final OpenStreams streams;

    StreamedChat(Courses courses, Adapters adapters, Pings pings, OpenStreams streams) {
        this.courses = courses;
        this.adapters = adapters;
        this.pings = pings;
        this.streams = streams;
    }

    /// @throws Problem if no deployment begins to answer before anything has left
    void answer(HttpServletResponse response, Asked asked, ChatCall call, long startedNanos) throws IOException {
        var course = courses.begin(response, asked, startedNanos);
        var listening = new Listening(course);
        var rules = asked.route().chat();
        try (var outlet = new EventOutlet(response, pings, rules.pingAfter(), listening::stop)) {
            streams.add(outlet);
            try {
                var win =
                        course.run((target, attempt) -> begin(target, attempt, call, asked, listening), Begun::giveUp);
                relay(course, win, call, outlet);
            } catch (Problem lost) {
                if (outlet.closeUnopened()) {
                    throw lost;
                }
                outlet.fail(lost);
            } finally {
                streams.remove(outlet);
            }
        } catch (CallerGoneException gone) {
            // Nobody is left to tell.
        } finally {
            courses.over(asked);
            // It was meant for the call that has ended.
            Thread.interrupted();
        }
    }

    private Tried<Begun> begin(Target target, Attempt attempt, ChatCall call, Asked asked, Listening listening) {
        var adapter = adapters.chat(attempt.deployment().provider().type());
        if (adapter.isEmpty()) {
            return new Tried.Lost<>(WholeAnswers.none(attempt, KIND));
        }
        listening.opening();
        var made = call.telling(attempt::leavesWithout);
        var opening = adapter.get().open(target, made, asked.route().chat().patience());
        return switch (opening) {
            case Opening.Failed failed -> {
                listening.opened(null);
                yield new Tried.Lost<>(failed.outcome());
            }
            case Opening.Streaming streaming -> {
                listening.opened(streaming.stream());
                yield firstToken(streaming.stream(), attempt);
            }
        };
    }

    private static Tried<Begun> firstToken(ChatStream stream, Attempt attempt) {
        var held = new ArrayList<byte[]>();
        boolean begun = false;
        try {
            while (held.size() < MOST_HELD) {
                switch (stream.next()) {
                    case Part.Chunk chunk when !chunk.token() -> held.add(chunk.json());
                    case Part.Chunk first -> {
                        attempt.begun();
                        begun = true;
                        return new Tried.Won<>(new Begun(stream, held, first));
                    }
                    case Part.End end -> {
                        begun = true;
                        return new Tried.Won<>(new Begun(stream, held, end));
                    }
                    case Part.Broken broken -> {
                        return new Tried.Lost<>(broken.outcome(), Optional.of(stream.usedSoFar()));
                    }
                }
            }
            return new Tried.Lost<>(
                    new ProviderOutcome.Retryable(
                            Failure.unanswered("malformed_answer", "The provider's chunks say nothing")),
                    Optional.of(stream.usedSoFar()));
        } finally {
            if (!begun) {
                stream.close();
            }
        }
    }

    private static void relay(Course course, Course.Win<Begun> win, ChatCall call, EventOutlet outlet)
            throws CallerGoneException {
        var attempt = win.attempt();
        try (var stream = win.value().stream()) {
            try {
                outlet.open(headers(course, stream));
                for (var chunk : win.value().held()) {
                    outlet.event(chunk, false);
                }
                relay(course, attempt, win.value(), call, outlet);
            } catch (IOException gone) {
                attempt.abandoned(Optional.of(stream.usedSoFar()), stream.requestId());
                throw new CallerGoneException();
            } finally {
                attempt.release();
            }
        }
    }

    private static Map<String, String> headers(Course course, ChatStream stream) {
        var headers = course.describe();
        Origin.dropped(stream.dropped()).ifPresent(list -> headers.put(Origin.DROPPED, list));
        return headers;
    }

    private static void relay(Course course, Attempt attempt, Begun begun, ChatCall call, EventOutlet outlet)
            throws IOException {
        var stream = begun.stream();
        for (var part = begun.first(); true; part = stream.next()) {
            switch (part) {
                case Part.Chunk chunk -> outlet.event(chunk.json(), !stream.ready());
                case Part.End end -> {
                    attempt.succeeded(Optional.of(end.usage()), stream.requestId());
                    if (call.showUsage()) {
                        outlet.event(end.usageChunk(), false);
                    }
                    outlet.done();
                    return;
                }
                case Part.Broken broken -> {
                    if (course.isAbandoned()) {
                        throw new CallerGoneException();
                    }
                    attempt.failed(broken.outcome(), Optional.of(stream.usedSoFar()));
                    outlet.fail(course.broken(broken.outcome()));
                    return;
                }
            }
        }
    }
}
