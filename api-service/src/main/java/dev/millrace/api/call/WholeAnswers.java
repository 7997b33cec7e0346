package dev.millrace.api.call;

import dev.millrace.api.http.Answer;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.stereotype.Component;

/// Answers calls in one piece.
@Component
public final class WholeAnswers {

    private final Courses courses;

    WholeAnswers(Courses courses) {
        this.courses = courses;
    }

    /// Asks a deployment.
    public interface Ask {
        ProviderOutcome of(Target target, Attempt attempt);
    }

    /// @throws dev.millrace.api.problem.Problem if no deployment answers
    public void answer(HttpServletResponse response, Asked asked, long startedNanos, Ask ask) throws IOException {
        try {
            run(response, asked, startedNanos, ask);
        } finally {
            courses.over(asked);
        }
    }

    private void run(HttpServletResponse response, Asked asked, long startedNanos, Ask ask) throws IOException {
        var course = courses.begin(response, asked, startedNanos);
        ProviderOutcome.Answer answer;
        try {
            var win = course.run((target, attempt) -> tried(ask.of(target, attempt)), ProviderOutcome.Answer::usage);
            answer = win.value();
            win.attempt().succeeded(answer.usage(), answer.requestId());
        } finally {
            courses.over(asked);
        }
        course.describe().forEach(response::setHeader);
        Origin.dropped(answer.dropped()).ifPresent(list -> response.setHeader(Origin.DROPPED, list));
        Answer.bytes(response, 200, answer.body());
    }

    private static Tried<ProviderOutcome.Answer> tried(ProviderOutcome outcome) {
        return outcome instanceof ProviderOutcome.Succeeded succeeded
                ? new Tried.Won<>(succeeded.answer())
                : new Tried.Lost<>(outcome);
    }

    /// What a provider whose wire format has nothing for a kind of call comes to.
    public static ProviderOutcome none(Attempt attempt, String kind) {
        return new ProviderOutcome.Unfit(
                "model", "The provider " + attempt.deployment().provider().name() + " has no " + kind + ".");
    }
}
