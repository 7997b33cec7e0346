package dev.millrace.api.call;

import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Attempts of one call that are under way at once, each on a thread of its own. Whoever asked takes what they come to
/// in the order in which they come, and closes this when one has answered: the others are then interrupted, which ends
/// their calls, and given up.
final class Hedge<T> implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Hedge.class);

    /// What an attempt came to.
    record Came<T>(Attempt attempt, Tried<T> tried) {}

    private final Course course;
    private final Function<Attempt, Tried<T>> ask;
    private final Function<T, Optional<Usage>> giveUp;
    private final BlockingQueue<Came<T>> came = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private int underWay;
    private boolean over;

    /// @param giveUp ends an answer that nobody takes, and says what it had used
    Hedge(Course course, Function<Attempt, Tried<T>> ask, Function<T, Optional<Usage>> giveUp) {
        this.course = course;
        this.ask = ask;
        this.giveUp = giveUp;
    }

    /// @return its thread, which ends when the attempt has come to something
    Thread ask(Attempt attempt) {
        var thread = Thread.ofVirtual().name("hedge-" + attempt.number()).unstarted(() -> follow(attempt));
        threads.add(thread);
        underWay++;
        thread.start();
        return thread;
    }

    private void follow(Attempt attempt) {
        Tried<T> tried;
        try {
            tried = ask.apply(attempt);
        } catch (RuntimeException | Error bug) {
            // Somebody waits for this attempt, and nobody else would hear of it.
            log.error("An attempt at {} broke", attempt.deployment().name(), bug);
            tried = new Tried.Lost<>(new ProviderOutcome.Retryable(
                    Failure.unanswered("malformed_answer", "The provider's answer was not understood")));
        }
        if (!offered(new Came<>(attempt, tried))) {
            giveUp(attempt, tried);
        }
    }

    private synchronized boolean offered(Came<T> one) {
        return !over && came.add(one);
    }

    /// Whether any has not been taken yet.
    boolean isUnderWay() {
        return underWay > 0;
    }

    /// Waits for the next one.
    Came<T> next() throws InterruptedException {
        var next = came.take();
        underWay--;
        return next;
    }

    @Override
    public void close() {
        synchronized (this) {
            over = true;
        }
        threads.forEach(Thread::interrupt);
        for (var late = came.poll(); late != null; late = came.poll()) {
            giveUp(late.attempt(), late.tried());
        }
    }

    private void giveUp(Attempt attempt, Tried<T> tried) {
        switch (tried) {
            case Tried.Won<T> won -> end(attempt, giveUp.apply(won.value()));
            case Tried.Lost<T> lost when lost.outcome() instanceof ProviderOutcome.Unfit -> attempt.unsent();
            case Tried.Lost<T> lost -> end(attempt, lost.usage());
        }
    }

    private void end(Attempt attempt, Optional<Usage> usage) {
        if (course.isAbandoned()) {
            attempt.abandoned(usage, Optional.empty());
        } else {
            attempt.outrun(usage);
        }
    }
}
