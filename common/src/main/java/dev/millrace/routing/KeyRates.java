package dev.millrace.routing;

import dev.millrace.share.Shares;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Respects the requests and tokens per minute that an account has at its provider, over all processes, before the
/// provider says no. What a call will need in tokens is not known ahead: so much is taken as one there needed of late,
/// and settled when it has ended.
final class KeyRates implements RateGate {

    private static final long GUESS = 500;
    private static final int MOST_REMEMBERED = 5_000;
    private static final long MINUTE_MILLIS = 60_000;

    private final Shares shares;
    private final Map<String, Double> usual = new ConcurrentHashMap<>();

    KeyRates(Shares shares) {
        this.shares = shares;
    }

    private static String requests(Provider provider, String account) {
        return "requests " + provider.name() + " " + account;
    }

    private static String tokens(Provider provider, String account) {
        return "tokens " + provider.name() + " " + account;
    }

    @Override
    public boolean limits(KeyPool pool) {
        return pool.requestsPerMinute() > 0 || pool.tokensPerMinute() > 0;
    }

    @Override
    public void expect(Provider provider, String account) {
        var pool = provider.pool();
        if (pool.requestsPerMinute() > 0) {
            shares.expect(requests(provider, account), pool.requestsPerMinute());
        }
        if (pool.tokensPerMinute() > 0) {
            shares.expect(tokens(provider, account), pool.tokensPerMinute());
        }
    }

    @Override
    public long backAt(Deployment deployment, String account, long now) {
        var provider = deployment.provider();
        var pool = provider.pool();
        boolean usedUp = pool.requestsPerMinute() > 0 && shares.usedUp(requests(provider, account))
                || pool.tokensPerMinute() > 0 && shares.lacks(tokens(provider, account), need(deployment, pool));
        return usedUp ? (now / MINUTE_MILLIS + 1) * MINUTE_MILLIS : 0;
    }

    @Override
    public long take(Deployment deployment, String account, long now) {
        var provider = deployment.provider();
        var pool = provider.pool();
        if (pool.requestsPerMinute() > 0 && !shares.take(requests(provider, account), pool.requestsPerMinute(), 1)) {
            return -1;
        }
        if (pool.tokensPerMinute() == 0) {
            return 0;
        }
        long need = need(deployment, pool);
        if (shares.take(tokens(provider, account), pool.tokensPerMinute(), need)) {
            return need;
        }
        shares.settle(requests(provider, account), now, -1);
        return -1;
    }

    private long need(Deployment deployment, KeyPool pool) {
        double need = usual.getOrDefault(deployment.name(), (double) GUESS);
        return (long) Math.max(1, Math.min(need, pool.tokensPerMinute() / 10.0));
    }

    @Override
    public void used(Deployment deployment, String account, Place place, long tokens) {
        if (deployment.provider().pool().tokensPerMinute() == 0) {
            return;
        }
        shares.settle(tokens(deployment.provider(), account), place.begunAt(), tokens - place.tokens());
        if (tokens > 0 && (usual.size() < MOST_REMEMBERED || usual.containsKey(deployment.name()))) {
            usual.merge(deployment.name(), (double) tokens, (before, now) -> 0.9 * before + 0.1 * now);
        }
    }

    @Override
    public void returned(Deployment deployment, String account, Place place) {
        var provider = deployment.provider();
        shares.settle(requests(provider, account), place.begunAt(), -1);
        shares.settle(tokens(provider, account), place.begunAt(), -place.tokens());
    }
}
