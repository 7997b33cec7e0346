package dev.millrace.api.model;

import dev.millrace.provider.Adapters;
import dev.millrace.provider.ModelList;
import dev.millrace.routing.Deployment;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.Provider;
import dev.millrace.routing.Routes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/// The models that can be named: the routes that somebody serves, and behind them what the catch-all lists itself,
/// which is asked for once a minute at most, by one caller, while the others go on with what was told before.
@Component
class ModelCatalogue {

    private static final Duration KEEP = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST_KEYS = 3;
    private static final int MOST = 5_000;
    private static final String OURS = "millrace";

    private record Told(List<Model> models, Instant until) {}

    private final Routes routes;
    private final Adapters adapters;
    private final Clock clock;
    private final long startedAt;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile Optional<Told> told = Optional.empty();

    ModelCatalogue(Routes routes, Adapters adapters, Clock clock) {
        this.routes = routes;
        this.adapters = adapters;
        this.clock = clock;
        this.startedAt = clock.instant().getEpochSecond();
    }

    List<Model> all() {
        var models = new ArrayList<>(own());
        var named = models.stream().map(Model::id).collect(Collectors.toSet());
        ofCatchAll().stream().filter(model -> !named.contains(model.id())).forEach(models::add);
        return List.copyOf(models);
    }

    Optional<Model> find(String id) {
        return Stream.concat(own().stream(), ofCatchAll().stream())
                .filter(model -> model.id().equals(id))
                .findFirst();
    }

    private List<Model> own() {
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        return routes.all().stream()
                .filter(route -> deployments(route).anyMatch(one -> !one.isRetired(today)))
                .map(route -> new Model(route.model(), startedAt, OURS, shutdown(route)))
                .toList();
    }

    private static Stream<Deployment> deployments(ModelRoute route) {
        return route.tiers().stream().flatMap(List::stream);
    }

    /// The day on which its last deployment goes; absent if one stays.
    private static Optional<LocalDate> shutdown(ModelRoute route) {
        return deployments(route).allMatch(one -> one.shutdown().isPresent())
                ? deployments(route).flatMap(one -> one.shutdown().stream()).max(LocalDate::compareTo)
                : Optional.empty();
    }

    private List<Model> ofCatchAll() {
        var provider = routes.catchAll();
        if (provider.isEmpty()) {
            return List.of();
        }
        var before = told;
        if (before.isPresent() && clock.instant().isBefore(before.get().until())) {
            return before.get().models();
        }
        if (before.isPresent() && !asking.tryLock()) {
            return before.get().models();
        }
        if (before.isEmpty()) {
            asking.lock();
        }
        try {
            if (told.equals(before)) {
                told = Optional.of(
                        new Told(ask(provider.get(), before), clock.instant().plus(KEEP)));
            }
            return told.map(Told::models).orElse(List.of());
        } finally {
            asking.unlock();
        }
    }

    /// What could not be asked stays as it was. A key that is refused says nothing of the others.
    private List<Model> ask(Provider provider, Optional<Told> before) {
        var list = adapters.list(provider.type());
        var listed = list.isEmpty()
                ? List.<ModelList.Listed>of()
                : provider.keys().stream()
                        .limit(MOST_KEYS)
                        .map(key -> list.get().models(provider.target("", key, PATIENCE)))
                        .filter(models -> !models.isEmpty())
                        .findFirst()
                        .orElse(List.of());
        return listed.isEmpty()
                ? before.map(Told::models).orElse(List.of())
                : listed.stream().limit(MOST).map(this::model).toList();
    }

    private Model model(ModelList.Listed listed) {
        return new Model(
                listed.id(), listed.created() > 0 ? listed.created() : startedAt, listed.ownedBy(), Optional.empty());
    }
}
