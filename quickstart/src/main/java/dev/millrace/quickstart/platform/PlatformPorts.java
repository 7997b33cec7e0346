package dev.millrace.quickstart.platform;

import dev.millrace.quickstart.process.Ports;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;

/// The ports of 127.0.0.1 that the parts listen on.
///
/// @param api             the public HTTP API
/// @param operator        the management port of `api-service`
/// @param firstWorker     the first worker's port; further workers take free ones
/// @param kafkaController the broker's own, for itself
public record PlatformPorts(
        int api, int operator, int firstWorker, int simulator, int postgres, int kafka, int kafkaController) {

    /// The same at each start, as `./millrace up` has them.
    public static PlatformPorts fixed() {
        return new PlatformPorts(8080, 9080, 9081, 8090, 15432, 19092, 19093);
    }

    /// Ports that nobody listens on now.
    public static PlatformPorts free() {
        IntSupplier free = Ports::free;
        return new PlatformPorts(
                free.getAsInt(),
                free.getAsInt(),
                free.getAsInt(),
                free.getAsInt(),
                free.getAsInt(),
                free.getAsInt(),
                free.getAsInt());
    }

    /// The same with another port for the public API.
    public PlatformPorts withApi(int port) {
        return new PlatformPorts(port, operator, firstWorker, simulator, postgres, kafka, kafkaController);
    }

    /// Where a part is that listens on this port.
    static URI address(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    /// Each port with the name of the part that listens there.
    Map<String, Integer> byPart() {
        var all = new LinkedHashMap<String, Integer>();
        all.put("the API", api);
        all.put("the operator API", operator);
        all.put("the worker", firstWorker);
        all.put("the simulator", simulator);
        all.put("PostgreSQL", postgres);
        all.put("Kafka", kafka);
        all.put("Kafka's controller", kafkaController);
        return all;
    }
}
