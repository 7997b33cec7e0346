package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.CannotCreateTransactionException;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(30)
class LoopTest {

    private static final Duration LONG = Duration.ofHours(1);

    /// What the next rounds do.
    private interface Round {
        Duration run() throws InterruptedException;
    }

    private static final class Scripted extends Loop {
        final LinkedBlockingQueue<Round> script = new LinkedBlockingQueue<>();
        final Semaphore begun = new Semaphore(0);
        final boolean interruptible;

        Scripted(boolean interruptible) {
            super("scripted", 7);
            this.interruptible = interruptible;
        }

        @Override
        protected Duration round() throws InterruptedException {
            begun.release();
            var next = script.poll();
            return next == null ? LONG : next.run();
        }

        @Override
        protected boolean interruptible() {
            return interruptible;
        }

        void awaitRounds(int count) throws InterruptedException {
            assertThat(begun.tryAcquire(count, 10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private Scripted loop = new Scripted(true);

    @AfterEach
    void stop() {
        loop.stop();
    }

    @Test
    void each_round_chooses_the_pause_before_the_next() throws Exception {
        loop.script.add(() -> Duration.ZERO);
        loop.script.add(() -> Duration.ofMillis(1));
        loop.start();

        loop.awaitRounds(3);

        assertThat(loop.begun.tryAcquire(50, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void a_pause_ends_when_there_is_something_to_do() throws Exception {
        loop.start();
        loop.awaitRounds(1);

        loop.wake();

        loop.awaitRounds(1);
    }

    @Test
    void what_came_while_a_round_was_under_way_is_not_forgotten() throws Exception {
        loop.script.add(() -> {
            loop.wake();
            loop.wake();
            return LONG;
        });
        loop.start();

        loop.awaitRounds(2);

        assertThat(loop.begun.tryAcquire(50, TimeUnit.MILLISECONDS))
                .as("and makes one round more")
                .isFalse();
    }

    @Test
    void it_outlives_whatever_a_round_stumbles_over() throws Exception {
        loop.script.add(() -> {
            throw new DataAccessResourceFailureException("away");
        });
        loop.script.add(() -> {
            throw new CannotCreateTransactionException("away");
        });
        loop.script.add(() -> {
            throw new IllegalStateException("a bug");
        });
        loop.start();

        loop.awaitRounds(4);

        assertThat(loop.isRunning()).isTrue();
    }

    @Test
    void a_stop_ends_the_pause_and_a_round_that_waits() throws Exception {
        loop.start();
        loop.awaitRounds(1);
        loop.stop();
        assertThat(loop.isRunning()).isFalse();

        loop.script.add(() -> {
            new CountDownLatch(1).await();
            return LONG;
        });
        loop.start();
        loop.awaitRounds(1);
        loop.stop();
        assertThat(loop.isRunning()).isFalse();
    }

    @Test
    void a_round_that_is_not_to_be_interrupted_is_waited_for() throws Exception {
        var finish = new CountDownLatch(1);
        var interrupted = new Semaphore(0);
        loop = new Scripted(false);
        loop.script.add(() -> {
            try {
                finish.await();
            } catch (InterruptedException stopped) {
                interrupted.release();
            }
            return LONG;
        });
        loop.start();
        loop.awaitRounds(1);

        var stopping = Thread.ofVirtual().start(loop::stop);
        assertThat(stopping.join(Duration.ofMillis(50))).isFalse();
        finish.countDown();

        assertThat(stopping.join(Duration.ofSeconds(10))).isTrue();
        assertThat(interrupted.availablePermits()).isZero();
        assertThat(loop.isRunning()).isFalse();
    }
}
