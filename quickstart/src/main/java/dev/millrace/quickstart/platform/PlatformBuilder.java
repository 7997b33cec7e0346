package dev.millrace.quickstart.platform;

import dev.millrace.quickstart.process.CannotContinue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Describes a [Platform]: where it keeps its data, on which ports, which parts, with which settings. Without a word it
/// is one `api-service`, one worker and the simulator on free ports, with two models: `sim-chat`, and `sim-video`,
/// whose renders take 2 s.
public final class PlatformBuilder {

    private final Set<Part> leftOut = EnumSet.noneOf(Part.class);
    private final Settings shared = new Settings();
    private final ServiceOptions api = new ServiceOptions(Heaps.API);
    private final ServiceOptions worker = new ServiceOptions(Heaps.WORKER);
    private final ServiceOptions simulator = new ServiceOptions(Heaps.SIMULATOR);
    private final Map<String, String> postgresSettings = new LinkedHashMap<>();
    private final Map<String, String> kafkaSettings = new LinkedHashMap<>();
    private final Map<String, String> serviceEnvironment = new TreeMap<>();
    private @Nullable Home home;
    private @Nullable Path dataFolder;
    private @Nullable Path binaries;
    private @Nullable PlatformPorts ports;
    private int workers = 1;
    private boolean fresh;
    private boolean shortRun;
    private boolean recording;
    private Duration readyTime = Duration.ofMinutes(2);
    private Duration drainTime = Duration.ofSeconds(40);
    private StartListener listener = (part, took) -> {};
    private Consumer<String> onDeath = part -> {};

    PlatformBuilder() {
        chatModel("sim-chat", "sim-chat");
        videoModel("sim-video", "sim-video~render=2s");
    }

    /// Starts the platform and waits until it is ready.
    ///
    /// @throws CannotContinue if it does not start; nothing is left running then
    public Platform start() {
        var platform = build();
        platform.start();
        return platform;
    }

    /// Takes the data folder, ends what a killed run left behind there, and starts nothing yet.
    ///
    /// @throws CannotContinue if the folder can't be written, or another platform has it
    public Platform build() {
        var data = new DataFolder(dataFolder());
        data.take();
        try {
            return new Platform(this, data);
        } catch (RuntimeException | Error failure) {
            data.close();
            throw failure;
        }
    }

    /// The folder for everything that the platform keeps.
    public PlatformBuilder dataFolder(Path folder) {
        dataFolder = folder;
        return this;
    }

    /// Deletes what an earlier platform left in the data folder.
    public PlatformBuilder fresh() {
        fresh = true;
        return this;
    }

    /// Where PostgreSQL's programs are unpacked; by default `.millrace` in the project's folder.
    public PlatformBuilder binaries(Path folder) {
        binaries = folder;
        return this;
    }

    /// Has the JVMs of the services compile quickly rather than well: for runs of a minute or so, which end before the
    /// better compiler has paid for itself.
    public PlatformBuilder shortRun() {
        shortRun = true;
        return this;
    }

    /// Has the JVMs of the services note what they load and compile, and write it into the project's prepared folder
    /// when they end.
    public PlatformBuilder recordStarts() {
        recording = true;
        return this;
    }

    /// The project's folder, in which the services' jars are found.
    public PlatformBuilder home(Home folder) {
        home = folder;
        return this;
    }

    public PlatformBuilder ports(PlatformPorts those) {
        ports = those;
        return this;
    }

    /// How many workers start at once; others can be started later.
    public PlatformBuilder workers(int number) {
        workers = number;
        return this;
    }

    /// Parts that [#start()] does not start. They can be started later.
    public PlatformBuilder without(Part... parts) {
        leftOut.addAll(List.of(parts));
        return this;
    }

    /// A setting of both services, such as `millrace.dispatch.room`.
    ///
    /// @param value a text, number, truth value, list or map
    public PlatformBuilder setting(String name, Object value) {
        shared.set(name, value);
        return this;
    }

    /// A setting of `api-service` alone.
    public PlatformBuilder apiSetting(String name, String value) {
        api.setting(name, value);
        return this;
    }

    /// A setting of the workers alone.
    public PlatformBuilder workerSetting(String name, String value) {
        worker.setting(name, value);
        return this;
    }

    /// A model for chat that the simulator plays.
    ///
    /// @param played the simulator's model name, with behaviours: `sim-chat~latency=60ms`
    public PlatformBuilder chatModel(String name, String played) {
        return model(name, Map.of("deployments", List.of(Map.of("provider", "simulator", "model", played))));
    }

    /// A model for videos that the simulator plays.
    ///
    /// @param played the simulator's model name, with behaviours: `sim-video~render=5s`
    public PlatformBuilder videoModel(String name, String played) {
        return model(
                name,
                Map.of("kind", "video", "deployments", List.of(Map.of("provider", "simulator", "model", played))));
    }

    /// A model as under `millrace.models`.
    public PlatformBuilder model(String name, Map<String, ?> model) {
        shared.model(name, model);
        return this;
    }

    /// A provider as under `millrace.providers`, beside the simulator.
    public PlatformBuilder provider(String name, Map<String, ?> provider) {
        shared.provider(name, provider);
        return this;
    }

    /// Only the models that are named from here on.
    public PlatformBuilder noModels() {
        shared.noModels();
        return this;
    }

    /// A variable of both services' environment.
    public PlatformBuilder serviceEnv(String name, String value) {
        serviceEnvironment.put(name, value);
        return this;
    }

    /// A setting of PostgreSQL, stronger than ours.
    public PlatformBuilder postgresSetting(String name, String value) {
        postgresSettings.put(name, value);
        return this;
    }

    /// A setting of the broker, stronger than ours.
    public PlatformBuilder kafkaSetting(String name, String value) {
        kafkaSettings.put(name, value);
        return this;
    }

    public PlatformBuilder apiHeap(String size) {
        api.heap(size);
        return this;
    }

    public PlatformBuilder workerHeap(String size) {
        worker.heap(size);
        return this;
    }

    public PlatformBuilder apiJvm(String... options) {
        api.jvm(options);
        return this;
    }

    public PlatformBuilder workerJvm(String... options) {
        worker.jvm(options);
        return this;
    }

    public PlatformBuilder simulatorJvm(String... options) {
        simulator.jvm(options);
        return this;
    }

    /// How long each service may take to get ready.
    public PlatformBuilder readyTime(Duration time) {
        readyTime = time;
        return this;
    }

    /// How long the services may take to stop.
    public PlatformBuilder drainTime(Duration time) {
        drainTime = time;
        return this;
    }

    /// Hears of each part that is ready.
    public PlatformBuilder listener(StartListener hears) {
        listener = hears;
        return this;
    }

    /// Hears the name of a part that ended without having been asked to.
    public PlatformBuilder onDeath(Consumer<String> hears) {
        onDeath = hears;
        return this;
    }

    Home home() {
        if (home == null) {
            home = Home.find();
        }
        return home;
    }

    Path binaries() {
        return binaries == null ? home().state() : binaries;
    }

    Path dataFolder() {
        if (dataFolder == null) {
            throw new IllegalStateException("A platform needs a data folder");
        }
        return dataFolder;
    }

    PlatformPorts ports() {
        if (ports == null) {
            ports = PlatformPorts.free();
        }
        return ports;
    }

    boolean isFresh() {
        return fresh;
    }

    boolean isShortRun() {
        return shortRun;
    }

    boolean isRecording() {
        return recording;
    }

    int workers() {
        return workers;
    }

    boolean starts(Part part) {
        return !leftOut.contains(part);
    }

    /// What both services have in common.
    Settings shared() {
        return shared;
    }

    Map<String, String> postgresSettings() {
        return postgresSettings;
    }

    Map<String, String> kafkaSettings() {
        return kafkaSettings;
    }

    Map<String, String> serviceEnvironment() {
        return serviceEnvironment;
    }

    ServiceOptions api() {
        return api;
    }

    ServiceOptions worker() {
        return worker;
    }

    ServiceOptions simulator() {
        return simulator;
    }

    Duration readyTime() {
        return readyTime;
    }

    Duration drainTime() {
        return drainTime;
    }

    StartListener listener() {
        return listener;
    }

    Consumer<String> onDeath() {
        return onDeath;
    }
}
