package dev.millrace.routing;

import dev.millrace.access.Secret;
import dev.millrace.job.JobKind;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderType;
import dev.millrace.provider.Traits;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// All model routes, made from the configuration when a service starts.
public final class Routes {

    private final Map<String, Provider> providers = new LinkedHashMap<>();
    private final Map<String, ModelSettings> models;
    private final Map<String, ModelRoute> routes = new LinkedHashMap<>();
    private final Optional<Provider> catchAll;
    private final BiPredicate<ProviderType, ModelKind> has;

    /// Of wire formats that have something for everything.
    ///
    /// @throws IllegalArgumentException with the path of the setting that does not hold together
    public Routes(Map<String, ProviderSettings> providers, Map<String, ModelSettings> models) {
        this(providers, models, (type, kind) -> true);
    }

    /// @param has whether there is an adapter of this type for this kind: a model of another has no route
    /// @throws IllegalArgumentException with the path of the setting that does not hold together, such as
    ///     a deployment whose provider has nothing for what its model is for
    public Routes(
            Map<String, ProviderSettings> providers,
            Map<String, ModelSettings> models,
            BiPredicate<ProviderType, ModelKind> has) {
        providers.forEach((name, settings) -> this.providers.put(name, provider(name, settings)));
        var catchAlls = providers.entrySet().stream()
                .filter(entry -> entry.getValue().catchAll())
                .map(Map.Entry::getKey)
                .toList();
        if (catchAlls.size() > 1) {
            throw new IllegalArgumentException("millrace.providers: only one provider can be the catch-all, not "
                    + String.join(" and ", catchAlls));
        }
        this.models = new LinkedHashMap<>(models);
        this.catchAll = catchAlls.stream().findFirst().map(this.providers::get);
        this.has = has;
        models.forEach((name, settings) -> routes.put(name, route(name, settings)));
        requireAdapters();
    }

    private void requireAdapters() {
        models.forEach((name, settings) -> {
            for (int i = 0; i < settings.deployments().size(); i++) {
                var provider = provider(name, settings, i);
                if (!has.test(provider.type(), settings.kind())) {
                    throw new IllegalArgumentException("millrace.models." + name + ".deployments[" + i
                            + "].provider names " + provider.name() + ", whose type "
                            + provider.type().name().toLowerCase(Locale.ROOT) + " has nothing for the kind "
                            + settings.kind().name().toLowerCase(Locale.ROOT));
                }
            }
        });
    }

    private static Provider provider(String name, ProviderSettings settings) {
        var written = baseUrl(name, settings);
        URI baseUrl;
        try {
            baseUrl = URI.create(written);
        } catch (IllegalArgumentException broken) {
            throw new IllegalArgumentException("millrace.providers." + name + ".base-url is not a URL");
        }
        if (!isHttp(baseUrl.getScheme())) {
            throw new IllegalArgumentException(
                    "millrace.providers." + name + ".base-url must begin with https:// or http://");
        }
        if (baseUrl.getHost() == null) {
            throw new IllegalArgumentException("millrace.providers." + name + ".base-url must name a host");
        }
        if (baseUrl.getRawQuery() != null || baseUrl.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "millrace.providers." + name + ".base-url must not have a query or a fragment");
        }
        var keys = settings.keys().stream()
                .map(key -> ProviderKey.of(new Secret(key)))
                .toList();
        var traits = new Traits(settings.quirks(), Set.of(), Optional.ofNullable(settings.version()), 0);
        return new Provider(
                name, Objects.requireNonNull(settings.type()), baseUrl, keys, traits, pool(name, settings, keys));
    }

    private static KeyPool pool(String name, ProviderSettings settings, List<ProviderKey> keys) {
        if (!settings.accounts().isEmpty() && settings.accounts().size() != keys.size()) {
            throw new IllegalArgumentException("millrace.providers." + name + ".accounts must name the account of each"
                    + " of the " + keys.size() + " keys");
        }
        var accounts = new HashMap<String, String>();
        for (int i = 0; i < settings.accounts().size(); i++) {
            accounts.put(keys.get(i).ref(), settings.accounts().get(i));
        }
        return new KeyPool(
                Map.copyOf(accounts),
                settings.calls(),
                settings.requestsPerMinute(),
                settings.tokensPerMinute(),
                settings.probeAfter());
    }

    private static String baseUrl(String name, ProviderSettings settings) {
        var set = settings.baseUrl();
        if (set != null) {
            // An empty one is a variable that is not set: the key must not go to another's address for it.
            if (set.isBlank()) {
                throw new IllegalArgumentException("millrace.providers." + name + ".base-url must not be empty");
            }
            return set;
        }
        return Objects.requireNonNull(settings.type())
                .home()
                .orElseThrow(
                        () -> new IllegalArgumentException("millrace.providers." + name + ".base-url must be set"));
    }

    private static boolean isHttp(@Nullable String scheme) {
        return "https".equalsIgnoreCase(scheme) || "http".equalsIgnoreCase(scheme);
    }

    private ModelRoute route(String name, ModelSettings settings) {
        var tiers = new ArrayList<>(tiers(name, settings));
        int own = tiers.size();
        for (var fallback : settings.fallback()) {
            var other = models.get(fallback);
            if (other == null) {
                throw new IllegalArgumentException(
                        "millrace.models." + name + ".fallback names " + fallback + ", which is no model");
            }
            if (other.kind() != settings.kind()) {
                throw new IllegalArgumentException(
                        "millrace.models." + name + ".fallback names " + fallback + ", which is of another kind");
            }
            tiers.addAll(tiers(fallback, other));
        }
        return new ModelRoute(
                name, settings.kind(), List.copyOf(tiers), own, settings.render(), settings.chat(), settings.choose());
    }

    /// A model's own deployments, those of its lowest tier first.
    private Collection<List<Deployment>> tiers(String name, ModelSettings settings) {
        var tiers = new TreeMap<Integer, List<Deployment>>();
        for (int i = 0; i < settings.deployments().size(); i++) {
            var deployment = settings.deployments().get(i);
            var provider = provider(name, settings, i);
            tiers.computeIfAbsent(deployment.tier(), tier -> new ArrayList<>())
                    .add(new Deployment(
                            provider,
                            Objects.requireNonNull(deployment.model()),
                            deployment.weight(),
                            deployment.context(),
                            traits(provider, deployment),
                            Optional.ofNullable(deployment.shutdown())));
        }
        tiers.replaceAll((tier, deployments) -> List.copyOf(deployments));
        return tiers.values();
    }

    private Provider provider(String name, ModelSettings settings, int i) {
        var named = settings.deployments().get(i).provider();
        var provider = providers.get(Objects.requireNonNull(named));
        if (provider == null) {
            throw new IllegalArgumentException("millrace.models." + name + ".deployments[" + i + "].provider names "
                    + named + ", which is not under millrace.providers");
        }
        return provider;
    }

    private static Traits traits(Provider provider, ModelSettings.DeploymentSettings deployment) {
        var quirks = new HashSet<>(provider.traits().quirks());
        quirks.addAll(deployment.quirks());
        return new Traits(
                Set.copyOf(quirks),
                Set.copyOf(deployment.refuses()),
                provider.traits().version(),
                deployment.mostOutput());
    }

    /// The route of a public name, or that of the catch-all provider.
    ///
    /// @param kind what is asked for; a route of another kind is none
    public Optional<ModelRoute> find(String model, JobKind kind) {
        return find(model, ModelKind.of(kind));
    }

    /// As [#find(String, JobKind)], for all that a model can be asked for.
    public Optional<ModelRoute> find(String model, ModelKind kind) {
        var route = routes.get(model);
        if (route != null) {
            return Optional.of(route).filter(found -> found.kind() == kind);
        }
        return catchAll.filter(provider -> has.test(provider.type(), kind))
                .map(provider -> new ModelRoute(model, kind, List.of(List.of(Deployment.unrouted(provider, model)))));
    }

    public Collection<ModelRoute> all() {
        return List.copyOf(routes.values());
    }

    /// How many providers may be asked for models of these kinds.
    public int serving(Set<ModelKind> kinds) {
        var named = routes.values().stream()
                .filter(route -> kinds.contains(route.kind()))
                .flatMap(route -> route.tiers().stream())
                .flatMap(List::stream)
                .map(deployment -> deployment.provider().name());
        var unnamed = catchAll.stream()
                .filter(provider -> kinds.stream().anyMatch(kind -> has.test(provider.type(), kind)))
                .map(Provider::name);
        return (int) Stream.concat(named, unnamed).distinct().count();
    }

    /// The provider that takes every name without a route.
    public Optional<Provider> catchAll() {
        return catchAll;
    }

    public Optional<Provider> provider(String name) {
        return Optional.ofNullable(providers.get(name));
    }

    public Collection<Provider> providers() {
        return List.copyOf(providers.values());
    }

    public Collection<ProviderType> types() {
        return providers.values().stream().map(Provider::type).distinct().toList();
    }
}
