package dev.millrace.quickstart.platform;

import dev.millrace.quickstart.broker.EmbeddedBroker;
import dev.millrace.quickstart.postgres.EmbeddedPostgres;
import dev.millrace.quickstart.process.ServiceProcess;
import dev.millrace.quickstart.process.ServiceProcessBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How each service of a platform is started: its jar, heap, environment and settings. This is all that the services
/// know of the quickstart; nothing here could not be said on a command line elsewhere.
final class ServiceCommands {

    private final PlatformBuilder settings;
    private final DataFolder data;
    private final EmbeddedPostgres postgres;
    private final EmbeddedBroker broker;
    private final PlatformPorts ports;

    ServiceCommands(
            PlatformBuilder settings,
            DataFolder data,
            EmbeddedPostgres postgres,
            EmbeddedBroker broker,
            PlatformPorts ports) {
        this.settings = settings;
        this.data = data;
        this.postgres = postgres;
        this.broker = broker;
        this.ports = ports;
    }

    /// Writes the settings that the services share.
    void prepare() {
        data.writeSettings(shared().toYaml());
    }

    /// What the command line of each of our processes has in it, and no other's.
    String mark() {
        return "-Dquickstart.data=" + data.path();
    }

    ServiceProcess simulator() {
        return process("simulator", "simulator", settings.simulator())
                .jvm("-XX:+UseSerialGC")
                .jvm(settings.simulator().jvm())
                .args("--port", Integer.toString(ports.simulator()))
                .build();
    }

    ServiceProcess api() {
        return service("api-service", "api-service", settings.api())
                // A crowd of calls that wait survives its first collections all at once, and must have somewhere to go.
                .jvm("-XX:G1ReservePercent=25")
                .jvm(settings.api().jvm())
                .env("SERVER_PORT", Integer.toString(ports.api()))
                .env("SERVER_ADDRESS", "127.0.0.1")
                .env("MANAGEMENT_SERVER_PORT", Integer.toString(ports.operator()))
                .args(settings.api().arguments())
                .build();
    }

    ServiceProcess worker(int number, int port) {
        return service("worker-" + number, "worker-service", settings.worker())
                .jvm(settings.worker().jvm())
                .env("SERVER_PORT", Integer.toString(port))
                .args(settings.worker().arguments())
                .build();
    }

    private ServiceProcessBuilder service(String name, String module, ServiceOptions options) {
        return process(name, module, options)
                .jvm("-XX:+UseG1GC")
                .jvm(startOptions(module))
                .env(environment())
                .env(settings.serviceEnvironment())
                .args("--spring.config.additional-location=file:" + data.settings());
    }

    private ServiceProcessBuilder process(String name, String module, ServiceOptions options) {
        return ServiceProcess.of(name, settings.home().program(module).jar())
                .heap(options.heap())
                .jvm(mark())
                .workingDirectory(data.workingDirectory(name))
                .log(data.logs().resolve(name + ".log"))
                .onUnexpectedExit(ended -> settings.onDeath().accept(ended.name()));
    }

    private List<String> startOptions(String module) {
        if (settings.isRecording()) {
            return List.of("-XX:AOTCacheOutput=" + settings.home().cache(module));
        }
        var options = new ArrayList<>(settings.home().program(module).options());
        if (settings.isShortRun()) {
            options.add("-XX:TieredStopAtLevel=1");
        }
        return options;
    }

    private Map<String, String> environment() {
        var all = new TreeMap<String, String>();
        all.put("SPRING_DATASOURCE_URL", postgres.jdbcUrl(Platform.DATABASE));
        all.put("SPRING_DATASOURCE_USERNAME", postgres.user());
        all.put("SPRING_DATASOURCE_PASSWORD", postgres.password());
        all.put("SPRING_KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        all.put("MILLRACE_SECRET_KEY", data.secretKey());
        all.put("MILLRACE_OPERATOR_KEY", data.operatorKey());
        return all;
    }

    private Settings shared() {
        var shared = new Settings();
        shared.set("millrace.asset.root", data.assets().toString());
        // Receivers of webhooks are on this machine here; elsewhere such addresses are refused.
        shared.set("millrace.webhook.allow-http", true);
        shared.set("millrace.webhook.allowed-networks", List.of("127.0.0.0/8", "::1/128"));
        if (settings.starts(Part.SIMULATOR)) {
            shared.provider(
                    "simulator",
                    Map.of(
                            "type",
                            "openai",
                            "base-url",
                            "http://127.0.0.1:" + ports.simulator() + "/v1",
                            "keys",
                            List.of("sim-key")));
        }
        shared.add(settings.shared());
        return shared;
    }
}
