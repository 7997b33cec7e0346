package dev.millrace.quickstart.postgres;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The command that a server is started with: settings on the command line are stronger than those in its folder.
///
/// @param settings of `postgresql.conf`, stronger than ours
record ServerCommand(int port, Map<String, String> settings) {

    List<String> words(Path binaries, Path data) {
        var command = new ArrayList<>(List.of(binaries.resolve("bin/postgres").toString(), "-D", data.toString()));
        all().forEach((name, value) -> {
            command.add("-c");
            command.add(name + "=" + value);
        });
        return command;
    }

    private Map<String, String> all() {
        var all = new LinkedHashMap<String, String>();
        all.put("listen_addresses", "127.0.0.1");
        all.put("port", Integer.toString(port));
        all.put("unix_socket_directories", "");
        all.put("fsync", "on");
        all.put("synchronous_commit", "on");
        all.put("shared_buffers", "128MB");
        all.put("max_connections", "200");
        // A queue's tables change all the time; the default of a minute lets dead rows pile up.
        all.put("autovacuum_naptime", "5s");
        all.put("timezone", "UTC");
        all.put("log_timezone", "UTC");
        all.putAll(settings);
        return all;
    }
}
