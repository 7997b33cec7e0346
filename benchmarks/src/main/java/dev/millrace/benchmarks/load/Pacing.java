package dev.millrace.benchmarks.load;

import java.util.function.LongSupplier;

/// When the next request may be sent.
sealed interface Pacing {

    /// The moment that the next request is for, on the monotonic clock; in the future if it is not to be sent yet.
    ///
    /// @param now on the same clock
    long next(long now);

    /// It was sent.
    void sent();

    /// It was accepted, so a job is under way.
    void accepted();

    /// It was answered otherwise, or broke.
    void refused();

    /// Always now: the connections are the limit.
    record AtOnce() implements Pacing {
        @Override
        public long next(long now) {
            return now;
        }

        @Override
        public void sent() {}

        @Override
        public void accepted() {}

        @Override
        public void refused() {}
    }

    /// One connection after the other, and from then on always now. Connections that begin in the same moment would ask
    /// together for ever, if what they ask takes equally long.
    final class OneByOne implements Pacing {

        private final long beganAt;
        private final long apart;
        private final int connections;
        private long sent;

        /// @param within nanoseconds in which all have begun
        OneByOne(long beganAt, long within, int connections) {
            this.beganAt = beganAt;
            this.apart = within / connections;
            this.connections = connections;
        }

        @Override
        public long next(long now) {
            return sent < connections ? beganAt + sent * apart : now;
        }

        @Override
        public void sent() {
            sent++;
        }

        @Override
        public void accepted() {}

        @Override
        public void refused() {}
    }

    /// At equal distances from a beginning on, whatever becomes of them.
    final class AtRate implements Pacing {

        private final long beganAt;
        private final double perNano;
        private long sent;

        AtRate(long beganAt, double perSecond) {
            this.beganAt = beganAt;
            this.perNano = perSecond / 1e9;
        }

        @Override
        public long next(long now) {
            return beganAt + (long) (sent / perNano);
        }

        @Override
        public void sent() {
            sent++;
        }

        @Override
        public void accepted() {}

        @Override
        public void refused() {}
    }

    /// While fewer than so many jobs are under way between here and the witness.
    final class Within implements Pacing {

        // How long until it looks again: at 5,000 jobs a second, five.
        private static final long LOOK_AGAIN = 1_000_000;

        private final int window;
        private final LongSupplier told;
        private final long toldBefore;
        private long started;

        /// @param told how many jobs the witness has been told of
        Within(int window, LongSupplier told) {
            this.window = window;
            this.told = told;
            this.toldBefore = told.getAsLong();
        }

        @Override
        public long next(long now) {
            return started - (told.getAsLong() - toldBefore) < window ? now : now + LOOK_AGAIN;
        }

        @Override
        public void sent() {
            started++;
        }

        @Override
        public void accepted() {}

        @Override
        public void refused() {
            started--;
        }
    }

    /// Both: at that rate, but no more than the window holds. What a full window holds up is late, and counted so.
    record Both(AtRate rate, Within window) implements Pacing {
        @Override
        public long next(long now) {
            long open = window.next(now);
            return open > now ? open : rate.next(now);
        }

        @Override
        public void sent() {
            rate.sent();
            window.sent();
        }

        @Override
        public void accepted() {
            window.accepted();
        }

        @Override
        public void refused() {
            window.refused();
        }
    }
}
