package dev.millrace.quickstart;

import dev.millrace.quickstart.client.FailedDelivery;
import dev.millrace.quickstart.process.CannotContinue;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// `delivery list` and `delivery resend`: the webhooks that did not arrive, and their being sent again.
final class DeliveryCommand {

    private static final String USAGE =
            "Say ./millrace delivery list, or ./millrace delivery resend DELIVERY …, or … resend --exhausted.";

    private final Console console;
    private final Map<String, String> environment;

    DeliveryCommand(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    void run(List<String> given) {
        var options = new HashSet<>(RunningPlatform.OPTIONS);
        options.add("status");
        var arguments = Arguments.parse(given, options, Set.of("exhausted"));
        var words = arguments.words();
        if (words.equals(List.of("list")) && !arguments.has("exhausted")) {
            list(RunningPlatform.find(arguments, environment), arguments.option("status"));
        } else if (words.isEmpty()
                || !words.getFirst().equals("resend")
                || arguments.option("status").isPresent()
                || arguments.has("exhausted") != (words.size() == 1)) {
            throw new CannotContinue(USAGE);
        } else if (arguments.has("exhausted")) {
            resendExhausted(RunningPlatform.find(arguments, environment));
        } else {
            var platform = RunningPlatform.find(arguments, environment);
            words.subList(1, words.size()).forEach(id -> resend(platform, id));
        }
    }

    private void list(RunningPlatform platform, Optional<String> status) {
        var failed = platform.ask(operator -> operator.failedDeliveries(status));
        if (failed.isEmpty()) {
            console.line("No delivery has failed and not arrived since.");
            return;
        }
        for (FailedDelivery delivery : failed) {
            console.line("%s  %s", delivery.id(), delivery.state());
            console.line("    project  %s", delivery.project());
            console.line("    tells    %s of %s", delivery.type(), delivery.job());
            console.line("    to       %s", delivery.url());
            console.line(
                    "    tried    %d times, last %s%s%s",
                    delivery.attempts(),
                    delivery.outcome(),
                    delivery.status().map(code -> " " + code).orElse(""),
                    delivery.next()
                            .map(at -> ", again at " + Instant.ofEpochSecond(at))
                            .orElse(""));
        }
        console.line("Once its receiver is well: ./millrace delivery resend DELIVERY …, or … resend --exhausted.");
    }

    private void resend(RunningPlatform platform, String id) {
        platform.ask(operator -> operator.resend(id));
        console.line("%s is sent again.", id);
    }

    private void resendExhausted(RunningPlatform platform) {
        var exhausted = platform.ask(operator -> operator.failedDeliveries(Optional.of("exhausted")));
        exhausted.forEach(delivery -> resend(platform, delivery.id()));
        if (exhausted.isEmpty()) {
            console.line("No delivery is exhausted.");
        }
    }
}
