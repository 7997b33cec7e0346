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
        public long backAt(Deployment deployment, String account, Need need, long now) {
            return 0;
        }

        @Override
        public long take(Deployment deployment, String account, Need need, long now) {
            return 0;
        }

        @Override
        public void used(Deployment deployment, String account, Place place, long tokens) {}

        @Override
        public void returned(Deployment deployment, String account, Place place) {}

        @Override
        public void expect(Provider provider, String account) {}
    };

    boolean limits(KeyPool pool);

    /// When an account is back that has less left of its minute than a call needs: 0 for now.
    long backAt(Deployment deployment, String account, Need need, long now);

    /// Takes a request and the tokens that a call needs.
    ///
    /// @return the tokens taken, or -1 where the minute is used up
    long take(Deployment deployment, String account, Need need, long now);

    /// Settles what a call has used against what was taken for it.
    void used(Deployment deployment, String account, Place place, long tokens);

    /// Gives back what was taken for a call that was not sent.
    void returned(Deployment deployment, String account, Place place);

    /// Calls of this account are to come.
    void expect(Provider provider, String account);
}
