package dev.millrace.quickstart.platform;

import java.util.ArrayList;
import java.util.List;

/// What the processes of one service are started with, beside what all of them are.
final class ServiceOptions {

    private final List<String> jvm = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private String heap;

    ServiceOptions(String heap) {
        this.heap = heap;
    }

    void heap(String size) {
        heap = size;
    }

    void jvm(String... options) {
        jvm.addAll(List.of(options));
    }

    void setting(String name, String value) {
        arguments.add("--" + name + "=" + value);
    }

    String heap() {
        return heap;
    }

    /// Options of the JVM.
    List<String> jvm() {
        return jvm;
    }

    /// The settings as the command line has them.
    List<String> arguments() {
        return arguments;
    }
}
