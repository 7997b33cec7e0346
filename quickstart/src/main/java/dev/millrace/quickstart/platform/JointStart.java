package dev.millrace.quickstart.platform;

import dev.millrace.quickstart.broker.EmbeddedBroker;
import dev.millrace.quickstart.postgres.EmbeddedPostgres;
import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.ServiceProcess;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/// Starts the parts of a platform, all at once, and waits until each is ready.
final class JointStart {

    private final PlatformBuilder settings;
    private final EmbeddedPostgres postgres;
    private final EmbeddedBroker broker;
    private final Services services;
    private final Consumer<ServiceProcess> starter;
    private final long began = System.nanoTime();
    private int awaited;

    JointStart(
            PlatformBuilder settings,
            EmbeddedPostgres postgres,
            EmbeddedBroker broker,
            Services services,
            Consumer<ServiceProcess> starter) {
        this.settings = settings;
        this.postgres = postgres;
        this.broker = broker;
        this.services = services;
        this.starter = starter;
    }

    /// @throws CannotContinue if a part does not start; the services are killed then
    void run() {
        try (var threads = Executors.newCachedThreadPool()) {
            run(threads);
        }
    }

    private void run(ExecutorService threads) {
        var starting = new ExecutorCompletionService<Void>(threads);
        // The JVMs first, since they take longest; they wait for the database and the broker by themselves.
        var wanted = services.wanted();
        wanted.forEach(starter);
        if (settings.starts(Part.POSTGRES)) {
            submit(starting, Part.POSTGRES.title(), () -> {
                postgres.start();
                postgres.createDatabase(Platform.DATABASE);
            });
        }
        if (settings.starts(Part.KAFKA)) {
            submit(starting, Part.KAFKA.title(), broker::start);
        }
        for (var service : wanted) {
            // Without a database no service gets ready; whoever leaves it out looks for himself.
            if (service == services.simulator() || settings.starts(Part.POSTGRES)) {
                submit(starting, service.name(), () -> services.awaitReady(service));
            }
        }
        await(starting);
    }

    private void submit(ExecutorCompletionService<Void> starting, String part, Runnable start) {
        starting.submit(() -> {
            start.run();
            settings.listener().ready(part, Duration.ofNanos(System.nanoTime() - began));
            return null;
        });
        awaited++;
    }

    private void await(ExecutorCompletionService<Void> starting) {
        try {
            for (int n = 0; n < awaited; n++) {
                starting.take().get();
            }
        } catch (ExecutionException failure) {
            // Those that still wait for a service see it end and return.
            services.kill();
            if (failure.getCause() instanceof CannotContinue sentence) {
                throw sentence;
            }
            throw new IllegalStateException("The platform did not start", failure.getCause());
        } catch (InterruptedException interrupted) {
            services.kill();
            Thread.currentThread().interrupt();
            throw new CannotContinue("Interrupted while starting.", interrupted);
        }
    }
}
