package dev.millrace.routing;

/// The requests and tokens that an account may still ask for in this minute.
interface RateGate {

    /// Knows of no limits.
    RateGate OPEN = new RateGate() {
        @Override
        public boolean limits(KeyPool pool) {
            return false;
        }

        @Override
        public long backAt(Provider provider, String account, long now) {
            return 0;
        }

        @Override
        public long take(Deployment deployment, String account, long now) {
            return 0;
        }

        @Override
        public void used(Deployment deployment, String account, Place place, long tokens) {}

        @Override
        public void expect(Provider provider, String account) {}
    };

    boolean limits(KeyPool pool);

    /// When an account that has used its minute up is back: 0 for now.
    long backAt(Provider provider, String account, long now);

    /// Takes a request and the tokens that one usually needs there.
    ///
    /// @return the tokens taken, or -1 where the minute is used up
    long take(Deployment deployment, String account, long now);

    /// Settles what a call has used against what was taken for it.
    void used(Deployment deployment, String account, Place place, long tokens);

    /// Calls of this account are to come.
    void expect(Provider provider, String account);
}
