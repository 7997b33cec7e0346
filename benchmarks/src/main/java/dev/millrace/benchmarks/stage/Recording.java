package dev.millrace.benchmarks.stage;

import dev.millrace.benchmarks.machine.FlightRecorder;
import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// What services do while they are measured, by their own flight recorders.
final class Recording {

    private Recording() {}

    /// Begins to record these services.
    ///
    /// @param folder that the recordings are written to
    /// @return ends it, and gives the hottest methods by service
    static Supplier<Map<String, List<String>>> start(Path folder, String row, List<ServiceProcess> services) {
        try {
            Files.createDirectories(folder);
        } catch (IOException unwritable) {
            throw CannotContinue.because("The folder " + folder + " cannot be written", unwritable);
        }
        services.forEach(service -> FlightRecorder.start(service.pid()));
        return () -> {
            var hot = new LinkedHashMap<String, List<String>>();
            for (var service : services) {
                var file = folder.resolve(row + "-" + service.name() + ".jfr");
                FlightRecorder.stop(service.pid(), file);
                hot.put(service.name(), FlightRecorder.hotMethods(file));
            }
            return hot;
        };
    }
}
