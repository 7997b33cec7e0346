package dev.millrace.quickstart;

import dev.millrace.quickstart.client.Undelivered;
import dev.millrace.quickstart.process.CannotContinue;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

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
            resend(RunningPlatform.find(arguments, environment), words.subList(1, words.size()));
        }
    }

    private void list(RunningPlatform platform, Optional<String> status) {
        int shown = forEach(platform, status, this::show);
        if (shown > 0) {
            console.line("Once its receiver is well: ./millrace delivery resend DELIVERY …, or … resend --exhausted.");
        } else {
            console.line(
                    "%s",
                    status.map(word -> "No delivery is " + word + ".")
                            .orElse("Every delivery that was tried has arrived."));
        }
    }

    private void show(Undelivered delivery) {
        console.line("%s  %s", delivery.id(), delivery.state());
        console.line("    project  %s", delivery.project());
        console.line("    tells    %s of %s", delivery.type(), delivery.job());
        console.line("    to       %s", delivery.url());
        console.line(
                "    tried    %s, last %s%s%s",
                delivery.attempts() == 1 ? "once" : delivery.attempts() + " times",
                delivery.outcome(),
                delivery.status().map(code -> " " + code).orElse(""),
                delivery.next()
                        .map(at -> ", again at " + Instant.ofEpochSecond(at))
                        .orElse(""));
    }

    /// @return how many there are
    private static int forEach(RunningPlatform platform, Optional<String> status, Consumer<Undelivered> each) {
        var count = new AtomicInteger();
        platform.ask(operator -> {
            operator.forEachUndelivered(status, delivery -> {
                each.accept(delivery);
                count.incrementAndGet();
            });
            return true;
        });
        return count.get();
    }

    /// One that can't be sent again keeps none of the others from it.
    private void resend(RunningPlatform platform, List<String> ids) {
        int failed = 0;
        for (var id : ids) {
            failed += resent(platform, id) ? 0 : 1;
        }
        complain(failed);
    }

    private void resendExhausted(RunningPlatform platform) {
        var failed = new AtomicInteger();
        int found = forEach(platform, Optional.of("exhausted"), delivery -> {
            if (!resent(platform, delivery.id())) {
                failed.incrementAndGet();
            }
        });
        if (found == 0) {
            console.line("No delivery is exhausted.");
        }
        complain(failed.get());
    }

    private boolean resent(RunningPlatform platform, String id) {
        try {
            platform.ask(operator -> operator.resend(id));
            console.line("%s is sent again.", id);
            return true;
        } catch (CannotContinue refused) {
            console.line("%s is not: %s", id, String.valueOf(refused.getMessage()));
            return false;
        }
    }

    private static void complain(int failed) {
        if (failed > 0) {
            throw new CannotContinue(failed + (failed == 1 ? " delivery is" : " deliveries are") + " not sent again.");
        }
    }
}
