package dev.millrace.quickstart.platform;

import dev.millrace.quickstart.broker.EmbeddedBroker;
import dev.millrace.quickstart.client.JobsClient;
import dev.millrace.quickstart.client.OperatorClient;
import dev.millrace.quickstart.client.Project;
import dev.millrace.quickstart.postgres.EmbeddedPostgres;
import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.Ports;
import dev.millrace.quickstart.process.ProcessUsage;
import dev.millrace.quickstart.process.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
/// The services get none of this process's environment that could name a provider or its key; what they call is
/// what the builder was told, by default the simulator and nothing else.
public final class Platform implements AutoCloseable {

    /// The name of the database.
    public static final String DATABASE = "millrace";

    private final PlatformBuilder settings;
    private final PlatformPorts ports;
    private final DataFolder data;
    private final EmbeddedPostgres postgres;
    private final EmbeddedBroker broker;
    private final ServiceCommands commands;
    private final Services services;

    private volatile State state = State.NEW;
    private @Nullable Project project;

    private enum State {
        NEW,
        STARTED,
        STOPPED
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
        services = new Services(settings, ports, commands);
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
            new JointStart(settings, postgres, broker, services, this::startService).run();
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
        services.stop(drain);
        broker.stop();
        postgres.stop();
        data.runFile().delete();
        data.close();
    }

    /// Starts one more worker and waits until it is ready.
    public ServiceProcess startWorker() {
        var worker = services.addWorker();
        startAndAwait(worker);
        return worker;
    }

    /// Starts a service that was left out, stopped or killed, and waits until it is ready.
    public void startAndAwait(ServiceProcess service) {
        startService(service);
        services.awaitReady(service);
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
            startAndAwait(services.named(part));
        }
    }

    /// The address that tells whether a service is ready.
    public URI readyAddress(ServiceProcess service) {
        return services.readyAddress(service);
    }

    public EmbeddedPostgres postgres() {
        return postgres;
    }

    public EmbeddedBroker broker() {
        return broker;
    }

    public ServiceProcess simulator() {
        return services.simulator();
    }

    public ServiceProcess api() {
        return services.api();
    }

    /// The worker of that number, from 0.
    public ServiceProcess worker(int number) {
        return services.workers().get(number);
    }

    public List<ServiceProcess> workers() {
        return services.workers();
    }

    /// The API: `http://127.0.0.1:<port>`.
    public URI baseUrl() {
        return PlatformPorts.address(ports.api());
    }

    /// The operator API.
    public URI operatorUrl() {
        return PlatformPorts.address(ports.operator());
    }

    public URI simulatorUrl() {
        return PlatformPorts.address(ports.simulator());
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
        return data.project(name);
    }

    /// Keeps a project with its key in the data folder, in a file that only its owner can read.
    public Project keepProject(String name, Project of) {
        data.keep(name, of);
        return of;
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
        for (var service : services.all()) {
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
        return services.all();
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
                        services.pids()));
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
}
