package dev.millrace.quickstart;

import dev.millrace.quickstart.client.HeldJob;
import dev.millrace.quickstart.process.CannotContinue;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// `hold list` and `hold resolve`: the jobs of which nobody knows whether a paid create was done, and an operator's
/// word on them.
final class HoldCommand {

    private static final String USAGE =
            "Say ./millrace hold list, or ./millrace hold resolve JOB made OPERATION, … not-made, … give-up.";

    private final Console console;
    private final Map<String, String> environment;

    HoldCommand(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    void run(List<String> given) {
        var arguments = Arguments.parse(given, RunningPlatform.OPTIONS, java.util.Set.of());
        var words = arguments.words();
        if (words.equals(List.of("list"))) {
            list(RunningPlatform.find(arguments, environment));
        } else if (words.size() >= 3 && words.getFirst().equals("resolve")) {
            resolve(RunningPlatform.find(arguments, environment), words.get(1), words.subList(2, words.size()));
        } else {
            throw new CannotContinue(USAGE);
        }
    }

    private void list(RunningPlatform platform) {
        var held = platform.ask(operator -> operator.holds());
        if (held.isEmpty()) {
            console.line("No job is held.");
            return;
        }
        for (HeldJob job : held) {
            console.line("%s", job.job());
            console.line("    project  %s", job.project());
            console.line(
                    "    attempt  %d%s for %s",
                    job.attempt(),
                    job.provider().map(at -> ", at " + at).orElse(", not sent to any provider,"),
                    job.model());
            console.line(
                    "    asked    at %s%s",
                    Instant.ofEpochSecond(job.intentAt()),
                    job.providerRequestId()
                            .map(id -> ", as the provider's request " + id)
                            .orElse(""));
            console.line("    held     since %s: %s", Instant.ofEpochSecond(job.since()), job.reason());
        }
        console.line(
                "Ask the provider about each; then ./millrace hold resolve JOB made OPERATION | not-made | give-up.");
    }

    private void resolve(RunningPlatform platform, String job, List<String> resolution) {
        switch (resolution.getFirst()) {
            case "made" -> {
                if (resolution.size() != 2) {
                    throw new CannotContinue(
                            "Name the provider's operation: ./millrace hold resolve " + job + " made OPERATION.");
                }
                platform.ask(operator -> operator.resolveMade(job, resolution.get(1)));
                console.line("%s goes on with the operation %s.", job, resolution.get(1));
            }
            case "not-made" -> {
                noMore(resolution);
                platform.ask(operator -> operator.resolveNotMade(job));
                console.line("%s is tried again.", job);
            }
            case "give-up" -> {
                noMore(resolution);
                platform.ask(operator -> operator.giveUp(job));
                console.line("%s is given up.", job);
            }
            default -> throw new CannotContinue(USAGE);
        }
    }

    private static void noMore(List<String> resolution) {
        if (resolution.size() != 1) {
            throw new CannotContinue(USAGE);
        }
    }
}
