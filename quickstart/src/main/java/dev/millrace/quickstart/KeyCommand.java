package dev.millrace.quickstart;

import dev.millrace.quickstart.process.CannotContinue;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `key create`: makes a project, with a budget if one is named, and shows its API key and webhook secret, this once.
final class KeyCommand {

    private final Console console;
    private final Map<String, String> environment;

    KeyCommand(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    void run(List<String> words) {
        var arguments = Arguments.parse(words, Set.of("name", "budget", "url", "data"), Set.of());
        if (!arguments.words().equals(List.of("create"))) {
            throw new CannotContinue("Say ./millrace key create, with --name NAME for a project name"
                    + " and --budget AMOUNT for what it may spend in a month.");
        }
        var name = arguments.option("name").orElse("default");
        var budget = arguments.dollars("budget");
        var project =
                RunningPlatform.find(arguments, environment).ask(operator -> operator.createProject(name, budget));
        console.line("project         %s (%s)", project.name(), project.id());
        console.line("API key         %s", project.apiKey());
        console.line("webhook secret  %s", project.webhookSecret());
        budget.ifPresent(
                amount -> console.line("budget          %s US dollars a calendar month", amount.toPlainString()));
        console.line("The key is stored as a hash only: keep it now, it is not shown again.");
    }
}
