package dev.millrace.quickstart.platform;

import dev.millrace.quickstart.process.Ports;
import dev.millrace.quickstart.process.ServiceProcess;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// The services of a platform, each in a JVM of its own: the simulator, `api-service` and any number of workers.
final class Services {

    private record Worker(ServiceProcess process, int port) {}

    private final PlatformBuilder settings;
    private final PlatformPorts ports;
    private final ServiceCommands commands;
    private final ServiceProcess simulator;
    private final ServiceProcess api;
    private final List<Worker> workers = new CopyOnWriteArrayList<>();

    /// Describes them; none is started.
    Services(PlatformBuilder settings, PlatformPorts ports, ServiceCommands commands) {
        this.settings = settings;
        this.ports = ports;
        this.commands = commands;
        simulator = commands.simulator();
        api = commands.api();
        for (int n = 1; n <= settings.workers(); n++) {
            addWorker();
        }
    }

    /// Describes one more worker.
    ServiceProcess addWorker() {
        int number = workers.size() + 1;
        int port = number == 1 ? ports.firstWorker() : Ports.free();
        var worker = new Worker(commands.worker(number, port), port);
        workers.add(worker);
        return worker.process();
    }

    ServiceProcess simulator() {
        return simulator;
    }

    ServiceProcess api() {
        return api;
    }

    List<ServiceProcess> workers() {
        return workers.stream().map(Worker::process).toList();
    }

    /// All of them, in the order of their start.
    List<ServiceProcess> all() {
        var all = new ArrayList<ServiceProcess>();
        all.add(simulator);
        all.add(api);
        all.addAll(workers());
        return all;
    }

    ServiceProcess named(String name) {
        return all().stream()
                .filter(service -> service.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No part of this platform: " + name));
    }

    /// Those that the start of the platform does not leave out.
    List<ServiceProcess> wanted() {
        return all().stream().filter(service -> settings.starts(part(service))).toList();
    }

    private Part part(ServiceProcess service) {
        if (service == simulator) {
            return Part.SIMULATOR;
        }
        return service == api ? Part.API : Part.WORKERS;
    }

    /// The address that tells whether a service is ready.
    URI readyAddress(ServiceProcess service) {
        int port = service == api
                ? ports.api()
                : workers.stream()
                        .filter(worker -> worker.process() == service)
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("No service of this platform: " + service))
                        .port();
        return PlatformPorts.address(port).resolve("/readyz");
    }

    void awaitReady(ServiceProcess service) {
        if (service == simulator) {
            service.awaitAnswer(PlatformPorts.address(ports.simulator()), settings.readyTime());
        } else {
            service.awaitReady(readyAddress(service), settings.readyTime());
        }
    }

    List<Long> pids() {
        return all().stream()
                .filter(ServiceProcess::isAlive)
                .map(ServiceProcess::pid)
                .toList();
    }

    /// Lets the services drain, then ends them, the simulator last.
    void stop(Duration drain) {
        var draining = new ArrayList<>(workers());
        draining.add(api);
        if (drain.isPositive()) {
            draining.forEach(ServiceProcess::requestStop);
            long deadline = System.nanoTime() + drain.toNanos();
            draining.forEach(service -> service.awaitExit(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
        }
        draining.forEach(ServiceProcess::kill);
        simulator.kill();
    }

    void kill() {
        all().forEach(ServiceProcess::kill);
    }
}
