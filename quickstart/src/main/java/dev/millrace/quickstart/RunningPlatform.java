package dev.millrace.quickstart;

import dev.millrace.quickstart.client.CallFailed;
import dev.millrace.quickstart.client.OperatorClient;
import dev.millrace.quickstart.platform.RunFile;
import dev.millrace.quickstart.process.CannotContinue;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// The platform that an operator's command talks to: one that `./millrace up` started on this machine, or another named
/// by `--url` and `MILLRACE_OPERATOR_KEY`.
record RunningPlatform(URI operatorUrl, String operatorKey) {

    static final Set<String> OPTIONS = Set.of("url", "data");

    /// @throws CannotContinue if none runs, or its key is not known
    static RunningPlatform find(Arguments arguments, Map<String, String> environment) {
        var data = UpCommand.dataFolder(arguments);
        var url = arguments.option("url").or(() -> RunFile.in(data).read().map(RunFile.Run::operatorUrl));
        if (url.isEmpty()) {
            throw new CannotContinue("No Millrace runs on " + data
                    + ": start one with ./millrace up, or name another by --url and MILLRACE_OPERATOR_KEY.");
        }
        var key = environment.get("MILLRACE_OPERATOR_KEY");
        return new RunningPlatform(URI.create(url.get()), key != null ? key : keptKey(data));
    }

    /// What the platform answers to a call.
    ///
    /// @throws CannotContinue if it refuses or doesn't answer
    <T> T ask(Function<OperatorClient, T> call) {
        try {
            return call.apply(new OperatorClient(operatorUrl, operatorKey));
        } catch (CallFailed failure) {
            throw new CannotContinue(sentence(failure), failure);
        }
    }

    private String sentence(CallFailed failure) {
        return switch (failure.status().orElse(0)) {
            case 0 ->
                "Millrace does not answer at " + operatorUrl
                        + ": start it with ./millrace up, or name another by --url.";
            case 401, 403 -> "Millrace at " + operatorUrl + " does not accept this operator key.";
            default -> failure.sentence();
        };
    }

    private static String keptKey(Path data) {
        var file = data.resolve("secrets/operator.key");
        try {
            return Files.readString(file).strip();
        } catch (IOException none) {
            throw new CannotContinue(
                    "No operator key: set MILLRACE_OPERATOR_KEY, or name the data folder by --data.", none);
        }
    }

    @Override
    public String toString() {
        return "RunningPlatform[" + operatorUrl + "]";
    }
}
