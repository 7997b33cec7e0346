package dev.millrace.benchmarks.stage;

import dev.millrace.benchmarks.control.ControlClient;
import dev.millrace.benchmarks.load.LoadPlan;
import dev.millrace.benchmarks.load.Sender;
import dev.millrace.benchmarks.machine.GcLog;
import dev.millrace.benchmarks.machine.ProcStat;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.quickstart.client.Project;
import dev.millrace.quickstart.platform.Part;
import dev.millrace.quickstart.platform.Platform;
import dev.millrace.quickstart.platform.PlatformBuilder;
import dev.millrace.quickstart.platform.PlatformPorts;
import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.ServiceProcess;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// A whole platform to be measured: PostgreSQL, Kafka, simulator, services, load generator and witness, each a process
/// of its own, with fresh data.
public final class Bench implements AutoCloseable {

    /// The parts that are the platform; the others are there to measure it.
    private static final List<String> WITNESSES =
            List.of(Children.LOAD, Children.WITNESS, Children.PASS_THROUGH, "simulator", "harness", Usage.OTHERS);

    private static final String WHEREABOUTS = """
            select 'waiting ' || count(*) from job_backlog
            union all select 'dispatched ' || count(*) from job_dispatch
            union all select 'running ' || count(*) from job_run
            union all select 'deliveries ' || state || case when claimed_by is null then ' ' else ' at a worker ' end
                             || count(*)
                      from delivery_due group by state, claimed_by is null
            """;

    private final BenchSettings settings;
    private final Platform platform;
    private final Children children;
    private final Load load;
    private final Witness witness;
    private final Simulator simulator;
    private final Baselines baselines;
    private final Usage usage = new Usage();
    private final PeakMemory memory;
    private final List<Project> projects = new ArrayList<>();
    private final Thread onSignal;

    private Bench(BenchSettings settings, PlatformBuilder builder, PlatformPorts ports, Progress progress) {
        this.settings = settings;
        // The broker is a child of the harness like the services, so that its share can be told from the harness's.
        this.platform = builder.ports(ports)
                .without(Part.KAFKA)
                .listener((part, took) -> ready(part))
                .onDeath(part -> progress.say("%s ended by itself; its log is in %s", part, logs()))
                .build();
        this.children = new Children(settings.home(), platform.dataFolder(), ports, platform.simulatorUrl());
        this.onSignal = new Thread(this::stopAtOnce, "stop");
        Runtime.getRuntime().addShutdownHook(onSignal);
        this.load = new Load(new ControlClient(children.loadControl()));
        this.witness = new Witness(new ControlClient(children.witnessControl()));
        this.simulator = new Simulator(platform.simulatorUrl());
        this.baselines = new Baselines(platform.postgres(), load, children.witnessPort(), settings.connections());
        this.memory = new PeakMemory(platform.postgres());
    }

    /// Sets up a stage.
    ///
    /// @param choices what the platform is to be beyond the defaults; settings of the command line are stronger
    /// @throws CannotContinue if a part does not start
    public static Bench open(BenchSettings settings, Progress progress, UnaryOperator<PlatformBuilder> choices) {
        var ports = PlatformPorts.free();
        var gcLogs = settings.data().resolve("logs");
        var builder = Platform.builder()
                .home(settings.home())
                .dataFolder(settings.data())
                .fresh()
                .workers(settings.workers())
                .drainTime(Duration.ofSeconds(2))
                .simulatorJvm(GcLog.option(gcLogs.resolve("simulator.gc")))
                .apiJvm(GcLog.option(gcLogs.resolve("api-service.gc")))
                .apiJvm(settings.jvm().toArray(String[]::new))
                // One log for all workers would be torn; %p is the process id.
                .workerJvm(GcLog.option(gcLogs.resolve("worker-%p.gc")))
                .workerJvm(settings.jvm().toArray(String[]::new));
        if (!settings.apiHeap().isEmpty()) {
            builder.apiHeap(settings.apiHeap());
        }
        if (!settings.workerHeap().isEmpty()) {
            builder.workerHeap(settings.workerHeap());
        }
        var chosen = choices.apply(builder);
        // What was asked for on the command line is stronger than what a row or profile needs.
        settings.settings().forEach(chosen::setting);
        var bench = new Bench(settings, chosen, ports, progress);
        try {
            bench.start();
            return bench;
        } catch (RuntimeException | Error failure) {
            bench.close();
            throw failure;
        }
    }

    private void start() {
        platform.start();
        children.startWitnesses();
        for (int i = 0; i < settings.projects(); i++) {
            projects.add(platform.operator().createProject("bench-" + i));
        }
        witness.trust(projects);
        simulator.countOnly();
        usage.part("api-service", () -> pids(List.of(platform.api())));
        usage.part("workers", () -> pids(platform.workers()));
        usage.part("PostgreSQL", platform.postgres()::pids);
        usage.part(Children.KAFKA, () -> pids(List.of(children.broker())));
        usage.part("simulator", () -> pids(List.of(platform.simulator())));
        usage.part(Children.LOAD, () -> pids(List.of(children.load())));
        usage.part(Children.WITNESS, () -> pids(List.of(children.witness())));
        usage.part("harness", () -> List.of(ProcessHandle.current().pid()));
        memory.start();
    }

    /// Kafka comes after the ports have been checked, and while the services start.
    private void ready(String part) {
        if (part.equals(Part.POSTGRES.title())) {
            children.broker().start();
        }
    }

    public BenchSettings settings() {
        return settings;
    }

    public Platform platform() {
        return platform;
    }

    public Load load() {
        return load;
    }

    public Witness witness() {
        return witness;
    }

    public Simulator simulator() {
        return simulator;
    }

    public Baselines baselines() {
        return baselines;
    }

    public Usage usage() {
        return usage;
    }

    public List<Project> projects() {
        return projects;
    }

    public Path logs() {
        return platform.logs();
    }

    /// The projects, each with its endpoint at the witness.
    public List<Sender> senders() {
        var senders = new ArrayList<Sender>();
        for (int i = 0; i < projects.size(); i++) {
            senders.add(new Sender(projects.get(i).apiKey(), children.hook(i).toString()));
        }
        return senders;
    }

    /// Submissions of all projects, in turns.
    public LoadPlan submissions() {
        return LoadPlan.closed(platform.baseUrl().getPort(), "/v1/jobs", senders(), settings.connections());
    }

    /// The same, with no more jobs under way than the window holds.
    public LoadPlan submissionsWithin(int window) {
        return submissions().within(window, children.tallyFile().toString());
    }

    /// Chat completions of all projects in turns, through `api-service`.
    public LoadPlan calls() {
        return LoadPlan.completions(platform.baseUrl().getPort(), callers(), settings.connections());
    }

    /// The same, straight to the provider.
    public LoadPlan directCalls() {
        return LoadPlan.completions(platform.simulatorUrl().getPort(), callers(), settings.connections());
    }

    /// The same through the pass-through, which has to be started before.
    public LoadPlan passedCalls() {
        return LoadPlan.completions(children.passThroughPort(), callers(), settings.connections());
    }

    private List<Sender> callers() {
        return projects.stream()
                .map(project -> new Sender(project.apiKey(), ""))
                .toList();
    }

    /// Starts the pass-through, beside which interactive calls are measured.
    public void startPassThrough() {
        children.startPassThrough();
        usage.part(Children.PASS_THROUGH, () -> pids(List.of(children.passThrough())));
    }

    /// Where the jobs are that have not been told: for a person who wonders.
    public String whereabouts() {
        return String.join(", ", new Sql(platform).list(WHEREABOUTS, row -> row.getString(1)));
    }

    /// Ends every living worker cleanly.
    public void stopWorkers() {
        platform.workers().stream().filter(ServiceProcess::isAlive).forEach(worker -> {
            worker.terminate(Duration.ofSeconds(40));
        });
    }

    /// Starts the workers again that have ended.
    public void startWorkers() {
        platform.workers().stream().filter(worker -> !worker.isAlive()).forEach(platform::startAndAwait);
    }

    /// Of that span, what the platform itself used: services, PostgreSQL and Kafka.
    public static double ofPlatform(Usage.Span span) {
        return span.cpuSeconds().entrySet().stream()
                .filter(entry -> !WITNESSES.contains(entry.getKey()))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /// Begins to record the services, if that is wanted.
    ///
    /// @return ends it, and gives the hottest methods by service
    public Supplier<Map<String, List<String>>> record(String row) {
        return settings.jfr()
                .map(folder -> Recording.start(folder.toAbsolutePath(), row, services()))
                .orElse(Map::of);
    }

    /// The most memory that each part has held since the stage was set up.
    public Map<String, Section.Memory> memory() {
        var all = new LinkedHashMap<String, Section.Memory>();
        for (var service : services()) {
            all.put(service.name(), memory(service, gcLog(service)));
        }
        all.put("PostgreSQL", new Section.Memory(memory.postgresPeak(), GcLog.read(Path.of("none"))));
        all.put(Children.KAFKA, memory(children.broker(), children.gcLog(children.broker())));
        all.put("simulator", memory(platform.simulator(), logs().resolve("simulator.gc")));
        all.put(Children.LOAD, memory(children.load(), children.gcLog(children.load())));
        all.put(Children.WITNESS, memory(children.witness(), children.gcLog(children.witness())));
        return all;
    }

    /// The log of a service's collections.
    public Path gcLog(ServiceProcess service) {
        return service == platform.api()
                ? logs().resolve("api-service.gc")
                : logs().resolve("worker-" + service.pid() + ".gc");
    }

    /// The services that run.
    public List<ServiceProcess> services() {
        var all = new ArrayList<ServiceProcess>();
        all.add(platform.api());
        all.addAll(platform.workers());
        return all.stream().filter(ServiceProcess::isAlive).toList();
    }

    public URI hook(int project) {
        return children.hook(project);
    }

    private static Section.Memory memory(ServiceProcess process, Path gcLog) {
        return new Section.Memory(ProcStat.peakBytes(process.pid()), GcLog.read(gcLog));
    }

    private static List<Long> pids(List<ServiceProcess> processes) {
        return processes.stream()
                .filter(ServiceProcess::isAlive)
                .map(ServiceProcess::pid)
                .toList();
    }

    private void stopAtOnce() {
        memory.close();
        platform.stop(Duration.ZERO);
        children.close();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (IllegalStateException alreadyStopping) {
            // Then the hook does what would be done here.
            return;
        }
        stopAtOnce();
    }
}
