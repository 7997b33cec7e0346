package dev.millrace.quickstart;

import dev.millrace.quickstart.process.CannotContinue;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `key create`: makes a project and shows its API key and webhook secret, this once.
final class KeyCommand {

    private final Console console;
    private final Map<String, String> environment;

    KeyCommand(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    void run(List<String> words) {
        var arguments = Arguments.parse(words, Set.of("name", "url", "data"), Set.of());
        if (!arguments.words().equals(List.of("create"))) {
            throw new CannotContinue("Say ./millrace key create, with --name NAME for a project name.");
        }
        var name = arguments.option("name").orElse("default");
        var project = RunningPlatform.find(arguments, environment).ask(operator -> operator.createProject(name));
        console.line("project         %s (%s)", project.name(), project.id());
        console.line("API key         %s", project.apiKey());
        console.line("webhook secret  %s", project.webhookSecret());
        console.line("The key is stored as a hash only: keep it now, it is not shown again.");
    }
}
