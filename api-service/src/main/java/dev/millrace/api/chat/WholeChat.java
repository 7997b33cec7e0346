package dev.millrace.api.chat;

import dev.millrace.api.call.Asked;
import dev.millrace.api.call.Attempt;
import dev.millrace.api.call.CallerGoneException;
import dev.millrace.api.call.Courses;
import dev.millrace.api.call.Origin;
import dev.millrace.api.call.Tried;
import dev.millrace.api.http.Answer;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.stereotype.Component;

/// Answers a chat in one piece.
@Component
final class WholeChat {

    private final Courses courses;
    private final Adapters adapters;

    WholeChat(Courses courses, Adapters adapters) {
        this.courses = courses;
        this.adapters = adapters;
    }

    /// @throws dev.millrace.api.problem.Problem if no deployment answers
    void answer(HttpServletResponse response, Asked asked, ChatCall call, long startedNanos)
            throws IOException, CallerGoneException {
        try {
            run(response, asked, call, startedNanos);
        } finally {
            courses.over(asked);
        }
    }

    private void run(HttpServletResponse response, Asked asked, ChatCall call, long startedNanos)
            throws IOException, CallerGoneException {
        var course = courses.begin(asked, Chats.estimate(call), startedNanos);
        var win = course.run((target, attempt) -> attempt(target, attempt, call));
        var answer = win.value();
        win.attempt().succeeded(answer.usage(), answer.requestId());
        course.describe().forEach(response::setHeader);
        Origin.dropped(answer.dropped()).ifPresent(list -> response.setHeader(Origin.DROPPED, list));
        Answer.bytes(response, 200, answer.body());
    }

    private Tried<ProviderOutcome.Answer> attempt(Target target, Attempt attempt, ChatCall call) {
        var adapter = adapters.chat(attempt.deployment().provider().type());
        if (adapter.isEmpty()) {
            return new Tried.Lost<>(Chats.none(attempt));
        }
        return switch (adapter.get().complete(target, call)) {
            case ProviderOutcome.Succeeded succeeded -> new Tried.Won<>(succeeded.answer());
            case ProviderOutcome other -> new Tried.Lost<>(other);
        };
    }
}
