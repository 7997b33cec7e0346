package dev.millrace.quickstart.platform;

import dev.millrace.quickstart.broker.EmbeddedBroker;
import dev.millrace.quickstart.client.JobsClient;
import dev.millrace.quickstart.client.OperatorClient;
import dev.millrace.quickstart.client.Project;
import dev.millrace.quickstart.postgres.EmbeddedPostgres;
import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.Ports;
import dev.millrace.quickstart.process.ProcessUsage;
import dev.millrace.quickstart.process.Secrets;
import dev.millrace.quickstart.process.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Millrace on one machine: PostgreSQL and Kafka embedded, the provider simulator, `api-service` and any number of
/// workers, each service in a JVM of its own, from its own jar and with its own settings. Every part can be stopped,
/// killed, frozen and started again while the others run.
///
/// ```java
/// try (var platform = Platform.builder().workers(2).start()) {
///     var job = platform.jobs().submit("chat", Map.of("model", "sim-chat", "messages", …), null);
///     platform.worker(0).kill();
///     assertThat(platform.jobs().awaitEnd(job.id(), Duration.ofSeconds(30)).status()).isEqualTo("succeeded");
/// }
/// ```
///
/// The services get none of this process's environment that could name a provider or its key; what they call is what
/// the
/// builder was told, by default the simulator and nothing else.
public final class Platform implements AutoCloseable {

    /// The name of the database.
    public static final String DATABASE = "millrace";

    private final PlatformBuilder settings;
    private final PlatformPorts ports;
    private final DataFolder data;
    private final EmbeddedPostgres postgres;
    private final EmbeddedBroker broker;
    private final ServiceCommands commands;
    private final ServiceProcess simulator;
    private final ServiceProcess api;
    private final List<Worker> workers = new CopyOnWriteArrayList<>();

    private volatile State state = State.NEW;
    private @Nullable Project project;

    private enum State {
        NEW,
        STARTED,
        STOPPED
    }

    private record Worker(ServiceProcess process, int port) {
        URI ready() {
            return URI.create("http://127.0.0.1:" + port + "/readyz");
        }
    }

    /// @param data taken by this process already
    Platform(PlatformBuilder settings, DataFolder data) {
        this.settings = settings;
        this.data = data;
        ports = settings.ports();
        var postgresBuilder = EmbeddedPostgres.in(data.postgres())
                .port(ports.postgres())
                .binaries(settings.binaries())
                .log(data.logs().resolve("postgres.log"))
                .onUnexpectedExit(() -> settings.onDeath().accept(Part.POSTGRES.title()));
        settings.postgresSettings().forEach(postgresBuilder::setting);
        postgres = postgresBuilder.build();
        var brokerBuilder = EmbeddedBroker.in(data.kafka())
                .port(ports.kafka())
                .controllerPort(ports.kafkaController())
                .onFailure(() -> settings.onDeath().accept(Part.KAFKA.title()));
        settings.kafkaSettings().forEach(brokerBuilder::setting);
        broker = brokerBuilder.build();
        clear();
        commands = new ServiceCommands(settings, data, postgres, broker, ports);
        simulator = commands.simulator();
        api = commands.api();
        for (int n = 1; n <= settings.workers(); n++) {
            addWorker();
        }
    }

    /// Describes a platform.
    public static PlatformBuilder builder() {
        return new PlatformBuilder();
    }

    /// Starts every part that was not left out, all at once, and waits until each is ready.
    ///
    /// @throws CannotContinue if a part does not start; what was started is stopped then
    public void start() {
        synchronized (this) {
            if (state != State.NEW) {
                throw new IllegalStateException("A platform starts once");
            }
            state = State.STARTED;
        }
        try {
            checkPorts();
            commands.prepare();
            startParts();
        } catch (RuntimeException | Error failure) {
            stop(Duration.ZERO);
            throw failure;
        }
    }

    /// Whether it has been started, with or without success so far, and not been stopped.
    public boolean isRunning() {
        return state == State.STARTED;
    }

    /// Stops everything in order: the services, which have their time to drain, then the simulator, Kafka and
    /// PostgreSQL.
    @Override
    public void close() {
        stop(settings.drainTime());
    }

    /// The same with that much time for the services to drain; with none they are killed.
    public void stop(Duration drain) {
        synchronized (this) {
            if (state == State.STOPPED) {
                return;
            }
            state = State.STOPPED;
        }
        var services = new ArrayList<ServiceProcess>();
        workers.forEach(worker -> services.add(worker.process()));
        services.add(api);
        if (drain.isPositive()) {
            services.forEach(ServiceProcess::requestStop);
            long deadline = System.nanoTime() + drain.toNanos();
            services.forEach(service -> service.awaitExit(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
        }
        services.forEach(ServiceProcess::kill);
        simulator.kill();
        broker.stop();
        postgres.stop();
        data.runFile().delete();
        data.close();
    }

    /// Starts one more worker and waits until it is ready.
    public ServiceProcess startWorker() {
        var worker = addWorker();
        startService(worker.process());
        worker.process().awaitReady(worker.ready(), settings.readyTime());
        return worker.process();
    }

    /// Starts a service that was left out, stopped or killed, and waits until it is ready.
    public void startAndAwait(ServiceProcess service) {
        startService(service);
        awaitReady(service);
    }

    /// Starts a part that ended by itself, and waits until it is ready.
    ///
    /// @param part its name, as told to [PlatformBuilder#onDeath]
    public void restart(String part) {
        if (part.equals(Part.POSTGRES.title())) {
            postgres.start();
        } else if (part.equals(Part.KAFKA.title())) {
            broker.stop();
            broker.start();
        } else {
            startAndAwait(services().stream()
                    .filter(service -> service.name().equals(part))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("No part of this platform: " + part)));
        }
    }

    /// The address that tells whether a service is ready.
    public URI readyAddress(ServiceProcess service) {
        return service == api
                ? baseUrl().resolve("/readyz")
                : workers.stream()
                        .filter(worker -> worker.process() == service)
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("No service of this platform: " + service))
                        .ready();
    }

    public EmbeddedPostgres postgres() {
        return postgres;
    }

    public EmbeddedBroker broker() {
        return broker;
    }

    public ServiceProcess simulator() {
        return simulator;
    }

    public ServiceProcess api() {
        return api;
    }

    /// The worker of that number, from 0.
    public ServiceProcess worker(int number) {
        return workers.get(number).process();
    }

    public List<ServiceProcess> workers() {
        return workers.stream().map(Worker::process).toList();
    }

    /// The API: `http://127.0.0.1:<port>`.
    public URI baseUrl() {
        return URI.create("http://127.0.0.1:" + ports.api());
    }

    /// The operator API.
    public URI operatorUrl() {
        return URI.create("http://127.0.0.1:" + ports.operator());
    }

    public URI simulatorUrl() {
        return URI.create("http://127.0.0.1:" + ports.simulator());
    }

    public String operatorKey() {
        return data.operatorKey();
    }

    /// The operator API with its key.
    public OperatorClient operator() {
        return new OperatorClient(operatorUrl(), operatorKey());
    }

    /// The platform's first project, made at the first call.
    public synchronized Project project() {
        if (project == null) {
            project = operator().createProject("quickstart");
        }
        return project;
    }

    /// A project that [#keepProject] kept in the data folder, maybe in an earlier run.
    public Optional<Project> keptProject(String name) {
        var file = data.secret(name + ".json");
        try {
            return Files.exists(file)
                    ? Optional.of(Project.of(new JsonMapper().readTree(Files.readString(file))))
                    : Optional.empty();
        } catch (IOException unreadable) {
            throw CannotContinue.because("The file " + file + " cannot be read", unreadable);
        }
    }

    /// Keeps a project with its key in the data folder, in a file that only its owner can read.
    public Project keepProject(String name, Project of) {
        var file = data.secret(name + ".json");
        try {
            Files.deleteIfExists(file);
            Secrets.write(file, of.toJson());
            return of;
        } catch (IOException unwritable) {
            throw CannotContinue.because("The file " + file + " cannot be written", unwritable);
        }
    }

    /// The jobs API with the key of [#project()].
    public JobsClient jobs() {
        return jobs(project());
    }

    /// The jobs API with the key of that project.
    public JobsClient jobs(Project of) {
        return new JobsClient(baseUrl(), of.apiKey());
    }

    public Path dataFolder() {
        return data.path();
    }

    /// Where the logs of all parts are.
    public Path logs() {
        return data.logs();
    }

    /// What each living part has used since its start. Kafka runs in this JVM and is counted with it.
    public List<PartUsage> usage() {
        var all = new ArrayList<PartUsage>();
        all.add(new PartUsage(
                "quickstart and Kafka",
                Runtime.getRuntime().maxMemory(),
                ProcessUsage.of(ProcessHandle.current().pid())));
        for (var service : services()) {
            if (service.isAlive()) {
                all.add(new PartUsage(service.name(), Heaps.bytes(service.heap()), service.usage()));
            }
        }
        if (postgres.isRunning()) {
            all.add(new PartUsage(Part.POSTGRES.title(), 0, postgres.usage()));
        }
        return all;
    }

    /// The services in the order of their start.
    List<ServiceProcess> services() {
        var all = new ArrayList<ServiceProcess>();
        all.add(simulator);
        all.add(api);
        all.addAll(workers());
        return all;
    }

    /// Ends what a killed run left behind in the data folder, and empties it if that is wanted.
    private void clear() {
        data.runFile().endOrphans(Duration.ofSeconds(5));
        if (settings.isFresh()) {
            try {
                postgres.deleteData();
            } catch (IOException unwritable) {
                throw CannotContinue.because("The data of PostgreSQL cannot be deleted", unwritable);
            }
            data.empty();
        }
    }

    private Worker addWorker() {
        int number = workers.size() + 1;
        int port = number == 1 ? ports.firstWorker() : Ports.free();
        var worker = new Worker(commands.worker(number, port), port);
        workers.add(worker);
        return worker;
    }

    private void startParts() {
        long began = System.nanoTime();
        try (var threads = Executors.newCachedThreadPool()) {
            var starting = new ExecutorCompletionService<Void>(threads);
            int count = 0;
            // The JVMs first, since they take longest; they wait for the database and the broker by themselves.
            for (var service : services()) {
                if (isWanted(service)) {
                    startService(service);
                }
            }
            if (settings.starts(Part.POSTGRES)) {
                count += submit(starting, began, Part.POSTGRES.title(), () -> {
                    postgres.start();
                    postgres.createDatabase(DATABASE);
                });
            }
            if (settings.starts(Part.KAFKA)) {
                count += submit(starting, began, Part.KAFKA.title(), broker::start);
            }
            for (var service : services()) {
                // Without a database no service gets ready; whoever leaves it out looks for himself.
                if (isWanted(service) && (service == simulator || settings.starts(Part.POSTGRES))) {
                    count += submit(starting, began, service.name(), () -> awaitReady(service));
                }
            }
            awaitAll(starting, count);
        }
    }

    private int submit(ExecutorCompletionService<Void> starting, long began, String part, Runnable start) {
        starting.submit(() -> {
            start.run();
            settings.listener().ready(part, Duration.ofNanos(System.nanoTime() - began));
            return null;
        });
        return 1;
    }

    private void awaitAll(ExecutorCompletionService<Void> starting, int count) {
        try {
            for (int n = 0; n < count; n++) {
                starting.take().get();
            }
        } catch (ExecutionException failure) {
            // Those that still wait for a service see it end and return.
            services().forEach(ServiceProcess::kill);
            if (failure.getCause() instanceof CannotContinue sentence) {
                throw sentence;
            }
            throw new IllegalStateException("The platform did not start", failure.getCause());
        } catch (InterruptedException interrupted) {
            services().forEach(ServiceProcess::kill);
            Thread.currentThread().interrupt();
            throw new CannotContinue("Interrupted while starting.", interrupted);
        }
    }

    private void awaitReady(ServiceProcess service) {
        if (service == simulator) {
            service.awaitAnswer(simulatorUrl(), settings.readyTime());
        } else {
            service.awaitReady(readyAddress(service), settings.readyTime());
        }
    }

    private boolean isWanted(ServiceProcess service) {
        if (service == simulator) {
            return settings.starts(Part.SIMULATOR);
        }
        return settings.starts(service == api ? Part.API : Part.WORKERS);
    }

    private synchronized void startService(ServiceProcess service) {
        if (state == State.STOPPED) {
            throw new CannotContinue("The platform is being stopped.");
        }
        service.start();
        data.runFile()
                .write(new RunFile.Run(
                        ProcessHandle.current().pid(),
                        baseUrl().toString(),
                        operatorUrl().toString(),
                        simulatorUrl().toString(),
                        commands.mark(),
                        services().stream()
                                .filter(ServiceProcess::isAlive)
                                .map(ServiceProcess::pid)
                                .toList()));
    }

    private void checkPorts() {
        ports.byPart().forEach((part, port) -> {
            // PostgreSQL and Kafka look for themselves, after PostgreSQL has ended a server left behind on its port.
            if (!part.equals("PostgreSQL") && !Ports.isFree(port)) {
                throw new CannotContinue(
                        "Port %d, which %s is to listen on, is taken by another program.".formatted(port, part));
            }
        });
    }

    /// Writes what a service has to know beside its environment.
    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException unwritable) {
            throw CannotContinue.because("The file " + file + " cannot be written", unwritable);
        }
    }
}
