package dev.millrace.api.chat;

import dev.millrace.api.call.Course;
import dev.millrace.provider.ChatStream;
import org.jspecify.annotations.Nullable;

/// What a stream's thread waits for now, so that another can end it when the caller has gone.
final class Listening {

    private final Course course;
    private final Thread thread = Thread.currentThread();
    private @Nullable ChatStream stream;
    private boolean opening;

    Listening(Course course) {
        this.course = course;
    }

    /// The thread is about to wait for a provider to begin.
    synchronized void opening() {
        opening = true;
        stream = null;
        if (course.isAbandoned()) {
            thread.interrupt();
        }
    }

    /// The provider has begun to answer, or has not.
    synchronized void opened(@Nullable ChatStream begun) {
        opening = false;
        stream = begun;
        if (begun != null && course.isAbandoned()) {
            begun.close();
        }
    }

    /// The caller went away.
    synchronized void stop() {
        course.abandon();
        if (stream != null) {
            stream.close();
        } else if (opening) {
            thread.interrupt();
        }
    }
}
