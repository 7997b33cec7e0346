package dev.millrace.api.chat;

import dev.millrace.api.call.Course;
import dev.millrace.provider.ChatStream;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the threads of a stream's call wait for now, so that another can end it when the caller has gone. There is one,
/// or two while a call is hedged.
final class Listening {

    private final Course course;
    private final Set<Thread> opening = new HashSet<>();
    private final Set<ChatStream> streams = new HashSet<>();

    Listening(Course course) {
        this.course = course;
    }

    /// This thread is about to wait for a provider to begin.
    synchronized void opening() {
        opening.add(Thread.currentThread());
        if (course.isAbandoned()) {
            Thread.currentThread().interrupt();
        }
    }

    /// The provider has begun to answer, or has not.
    synchronized void opened(@Nullable ChatStream begun) {
        opening.remove(Thread.currentThread());
        if (begun != null) {
            streams.add(begun);
            if (course.isAbandoned()) {
                begun.close();
            }
        }
    }

    /// The caller went away.
    synchronized void stop() {
        course.abandon();
        opening.forEach(Thread::interrupt);
        streams.forEach(ChatStream::close);
    }
}
