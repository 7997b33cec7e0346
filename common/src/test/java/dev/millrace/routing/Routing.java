package dev.millrace.routing;

import dev.millrace.access.Secret;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderType;
import dev.millrace.provider.Traits;
import dev.millrace.routing.Router.Choice;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// A router on a stepped clock, and what its tests say of calls.
final class Routing {

    static final ProviderKey K1 = key("k1");
    static final ProviderKey K2 = key("k2");
    static final ProviderKey K3 = key("k3");

    static final Duration MOMENT = Duration.ofMillis(50);

    final MutableClock clock = new MutableClock();
    final Router router = new Router(clock, new SplittableRandom(5));

    static ProviderKey key(String secret) {
        return ProviderKey.of(new Secret(secret));
    }

    static Provider provider(String name, ProviderKey... keys) {
        return provider(name, KeyPool.DEFAULT, keys);
    }

    static Provider provider(String name, KeyPool pool, ProviderKey... keys) {
        return new Provider(
                name,
                ProviderType.OPENAI,
                URI.create("https://" + name + ".example/v1"),
                Arrays.asList(keys),
                Traits.NONE,
                pool);
    }

    static KeyPool pool(int calls, Map<String, String> accounts) {
        return new KeyPool(accounts, calls, 0, 0, Duration.ofMinutes(5));
    }

    static Deployment deployment(Provider provider, String model) {
        return new Deployment(provider, model, 1);
    }

    @SafeVarargs
    static ModelRoute route(List<Deployment>... tiers) {
        return new ModelRoute("public", ModelKind.CHAT, List.of(tiers));
    }

    static ModelRoute route(Deployment deployment) {
        return route(List.of(deployment));
    }

    static ModelRoute chosen(ChooseBy by, Deployment... deployments) {
        return new ModelRoute(
                "public", ModelKind.CHAT, List.of(List.of(deployments)), 1, RenderRules.DEFAULT, ChatRules.DEFAULT, by);
    }

    static Failure failure(Scope scope, String kind, int status) {
        return failure(scope, kind, null, status);
    }

    static Failure failure(Scope scope, String kind, @Nullable String code, int status) {
        return new Failure(scope, kind, code, "message", Optional.empty(), Optional.of(status), Optional.empty());
    }

    static final Failure ERROR = failure(Scope.PROVIDER, "provider_error", 503);
    static final Failure MODEL_ERROR = failure(Scope.MODEL, "provider_error", 503);
    static final Failure NO_SUCH_MODEL = failure(Scope.MODEL, "model_unavailable", "model_not_found", 404);
    static final Failure NOT_ALLOWED = failure(Scope.MODEL, "model_unavailable", 403);
    static final Failure INVALID_KEY = failure(Scope.KEY, "invalid_key", 401);
    static final Failure SPENT = failure(Scope.KEY, "quota_exhausted", 429);
    static final Failure TOO_OFTEN = failure(Scope.KEY, "rate_limited", 429);

    Choice choose(ModelRoute route, Deployment... tried) {
        return router.choose(route, Set.of(tried));
    }

    Choice.Use use(ModelRoute route, Deployment... tried) {
        if (choose(route, tried) instanceof Choice.Use use) {
            return use;
        }
        throw new AssertionError("No deployment takes a call of " + route.model());
    }

    /// As many calls as find a place, and no more than that.
    List<Choice.Use> fill(ModelRoute route, int most) {
        var uses = new ArrayList<Choice.Use>();
        while (uses.size() < most && choose(route) instanceof Choice.Use use) {
            uses.add(use);
        }
        return uses;
    }

    /// A use with a wanted key, whatever keys come before it.
    Choice.Use use(ModelRoute route, ProviderKey key) {
        var passedBy = new ArrayList<Choice.Use>();
        try {
            for (int i = 0; i < 100; i++) {
                var use = use(route);
                if (use.key().equals(key)) {
                    return use;
                }
                passedBy.add(use);
            }
            throw new AssertionError("The key is never chosen");
        } finally {
            passedBy.forEach(router::released);
        }
    }

    void succeed(ModelRoute route) {
        router.succeeded(use(route), 10, MOMENT);
    }

    void fail(ModelRoute route, Failure failure) {
        router.failed(use(route), failure);
    }

    void fail(ModelRoute route, Failure failure, int times) {
        for (int i = 0; i < times; i++) {
            fail(route, failure);
        }
    }

    boolean rests(ModelRoute route) {
        return !router.ready(route, Set.of());
    }

    /// Steps until the route is ready again, at most so far.
    Duration untilReady(ModelRoute route, Duration most) {
        var waited = Duration.ZERO;
        while (rests(route)) {
            if (waited.compareTo(most) > 0) {
                throw new AssertionError("Still resting after " + waited);
            }
            clock.advance(Duration.ofMillis(100));
            waited = waited.plusMillis(100);
        }
        return waited;
    }

    /// Recovers: one probe that succeeds, and the whole ramp.
    void recover(ModelRoute route) {
        untilReady(route, Duration.ofMinutes(6));
        succeed(route);
        clock.advance(Duration.ofSeconds(10));
    }
}
