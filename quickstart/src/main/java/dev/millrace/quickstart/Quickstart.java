package dev.millrace.quickstart;

import dev.millrace.quickstart.client.CallFailed;
import dev.millrace.quickstart.process.CannotContinue;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// The program behind `./millrace demo`, `up`, `key`, `hold` and `delivery`. It ends with 0 if all went well; else with
/// 1 and one
/// sentence on standard error.
public final class Quickstart {

    private Quickstart() {}

    public static void main(String[] words) {
        System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        System.exit(run(Console.standard(), System.err, System.getenv(), Arrays.asList(words)));
    }

    static int run(Console console, PrintStream errors, Map<String, String> environment, List<String> words) {
        try {
            dispatch(console, environment, words);
            return 0;
        } catch (CannotContinue sentence) {
            errors.println("millrace: " + sentence.getMessage());
            return 1;
        } catch (CallFailed failure) {
            errors.println("millrace: " + failure.sentence());
            return 1;
        }
    }

    private static void dispatch(Console console, Map<String, String> environment, List<String> words) {
        if (words.isEmpty()) {
            throw new CannotContinue("Say what to do: demo, up, key, hold or delivery; ./millrace help tells more.");
        }
        var rest = words.subList(1, words.size());
        switch (words.getFirst()) {
            case "demo" -> new DemoCommand(console).run(rest);
            case "up" -> new UpCommand(console, environment).run(rest);
            case "prepare" -> new PrepareCommand(console).run(rest);
            case "key" -> new KeyCommand(console, environment).run(rest);
            case "hold" -> new HoldCommand(console, environment).run(rest);
            case "delivery" -> new DeliveryCommand(console, environment).run(rest);
            default ->
                throw new CannotContinue(
                        "There is no command \"" + words.getFirst() + "\"; ./millrace help lists them.");
        }
    }
}
