package dev.millrace.quickstart.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Collects what a [ServiceProcess] is started with.
public final class ServiceProcessBuilder {

    final String name;
    final Map<String, String> environment = new TreeMap<>(Environment.harmless());
    String heap = "256m";
    Path workingDirectory;
    Path log;
    Consumer<ServiceProcess> onUnexpectedExit = ended -> {};

    private final Path jar;
    private final List<String> jvmArguments = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private Path java = Path.of(System.getProperty("java.home"), "bin", "java");

    ServiceProcessBuilder(String name, Path jar) {
        this.name = name;
        this.jar = jar;
        this.workingDirectory = Path.of(System.getProperty("java.io.tmpdir"), "millrace-" + name);
        this.log = workingDirectory.resolve(name + ".log");
    }

    /// The largest heap, in the JVM's notation.
    public ServiceProcessBuilder heap(String size) {
        heap = size;
        return this;
    }

    /// Options of the JVM, beside those that every child gets.
    public ServiceProcessBuilder jvm(String... options) {
        jvmArguments.addAll(List.of(options));
        return this;
    }

    /// Options of the JVM, beside those that every child gets.
    public ServiceProcessBuilder jvm(List<String> options) {
        jvmArguments.addAll(options);
        return this;
    }

    /// A variable of its environment.
    public ServiceProcessBuilder env(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /// Variables of its environment.
    public ServiceProcessBuilder env(Map<String, String> variables) {
        environment.putAll(variables);
        return this;
    }

    /// Arguments of the program.
    public ServiceProcessBuilder args(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    /// Arguments of the program.
    public ServiceProcessBuilder args(List<String> more) {
        arguments.addAll(more);
        return this;
    }

    /// The `java` program to run it with, instead of the one that runs this.
    public ServiceProcessBuilder java(Path program) {
        java = program;
        return this;
    }

    /// Its working directory, made if missing.
    public ServiceProcessBuilder workingDirectory(Path folder) {
        workingDirectory = folder;
        return this;
    }

    /// The file that its output is appended to.
    public ServiceProcessBuilder log(Path file) {
        log = file;
        return this;
    }

    /// Called, on a thread of the JDK's, when the program ends without having been asked to by this object.
    public ServiceProcessBuilder onUnexpectedExit(Consumer<ServiceProcess> listener) {
        onUnexpectedExit = listener;
        return this;
    }

    public ServiceProcess build() {
        return new ServiceProcess(this);
    }

    List<String> command() {
        var words = new ArrayList<>(Detached.prefix());
        words.add(java.toString());
        words.add("-Xmx" + heap);
        words.add("-XX:+ExitOnOutOfMemoryError");
        // Kafka's client and its compressors load native code and free memory by hand; the JDK warns otherwise.
        words.add("--enable-native-access=ALL-UNNAMED");
        words.add("--sun-misc-unsafe-memory-access=allow");
        words.addAll(jvmArguments);
        words.add("-jar");
        words.add(jar.toString());
        words.addAll(arguments);
        return words;
    }
}
