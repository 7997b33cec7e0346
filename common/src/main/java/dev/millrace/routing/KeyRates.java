package dev.millrace.routing;

import dev.millrace.share.Shares;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Respects the requests and tokens per minute that an account has at its provider, over all processes and in any sixty
/// seconds, before the provider says no. A call takes the tokens of its prompt and as many as its answer may have.
/// Where its request sets no limit, the answer is expected to be as long as the long ones there were of late. What it
/// has used is settled when it has ended.
final class KeyRates implements RateGate {

    /// What an answer may have at a deployment where none has ended yet: longer than most, ...
    private static final long UNKNOWN_ANSWER = 4_000;

    /// ... but so small a part of the limit that some calls may be under way.
    private static final long UNKNOWN_PART = 20;
    private static final int MOST_REMEMBERED = 5_000;

    private final Shares shares;

    /// Tokens of answers, by deployment.
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
            shares.expectOfAnyMinute(requests(provider, account), pool.requestsPerMinute());
        }
        if (pool.tokensPerMinute() > 0) {
            shares.expectOfAnyMinute(tokens(provider, account), pool.tokensPerMinute());
        }
    }

    @Override
    public long backAt(Deployment deployment, String account, Need need, long now) {
        var provider = deployment.provider();
        var pool = provider.pool();
        long back = pool.requestsPerMinute() > 0 ? shares.lacksUntil(requests(provider, account), 1) : 0;
        return countsTokens(pool, need)
                ? Math.max(back, shares.lacksUntil(tokens(provider, account), tokens(deployment, need)))
                : back;
    }

    @Override
    public long take(Deployment deployment, String account, Need need, long now) {
        var provider = deployment.provider();
        var pool = provider.pool();
        if (pool.requestsPerMinute() > 0
                && !shares.takeOfAnyMinute(requests(provider, account), pool.requestsPerMinute(), 1)) {
            return -1;
        }
        if (!countsTokens(pool, need)) {
            return 0;
        }
        long tokens = tokens(deployment, need);
        if (shares.takeOfAnyMinute(tokens(provider, account), pool.tokensPerMinute(), tokens)) {
            return tokens;
        }
        shares.settle(requests(provider, account), now, -1);
        return -1;
    }

    private static boolean countsTokens(KeyPool pool, Need need) {
        return pool.tokensPerMinute() > 0 && !need.equals(Need.NOTHING);
    }

    /// What asks for more than a whole minute has is let through when all of it is free.
    private long tokens(Deployment deployment, Need need) {
        long most = deployment.provider().pool().tokensPerMinute();
        long answer = need.answer().orElseGet(() -> usualAnswer(deployment, most));
        return Math.clamp(need.prompt() + answer, 1, most);
    }

    private long usualAnswer(Deployment deployment, long most) {
        var known = usual.get(deployment.name());
        return known == null ? Math.min(UNKNOWN_ANSWER, most / UNKNOWN_PART) : Math.round(known);
    }

    @Override
    public void used(Deployment deployment, String account, Place place, long tokens) {
        if (deployment.provider().pool().tokensPerMinute() == 0) {
            return;
        }
        shares.settle(tokens(deployment.provider(), account), place.begunAt(), tokens - place.tokens());
        if (tokens > 0 && (usual.size() < MOST_REMEMBERED || usual.containsKey(deployment.name()))) {
            // A long one counts at once and is forgotten slowly: too little taken is what passes a limit.
            usual.merge(
                    deployment.name(),
                    (double) Math.max(0, tokens - place.prompt()),
                    (before, now) -> Math.max(now, 0.9 * before + 0.1 * now));
        }
    }

    @Override
    public void returned(Deployment deployment, String account, Place place) {
        var provider = deployment.provider();
        shares.settle(requests(provider, account), place.begunAt(), -1);
        shares.settle(tokens(provider, account), place.begunAt(), -place.tokens());
    }
}
