package dev.millrace.benchmarks;

import dev.millrace.benchmarks.broker.BrokerProgram;
import dev.millrace.benchmarks.control.ParentWatch;
import dev.millrace.benchmarks.load.LoadProgram;
import dev.millrace.benchmarks.passthrough.PassThroughProgram;
import dev.millrace.benchmarks.witness.WitnessProgram;
import dev.millrace.quickstart.client.CallFailed;
import dev.millrace.quickstart.process.CannotContinue;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// The program behind `./millrace bench`. It ends with 0 if every floor held, with 2 if one did not or a run went
/// wrong,
/// and with 1 and a sentence if it could not measure.
///
/// Its own helpers are the same program: `child PARENT load …`, `witness …`, `broker …`,
/// `pass-through …`.
public final class Benchmarks {

    private static final int FLOORS_MISSED = 2;

    private Benchmarks() {}

    public static void main(String[] words) throws IOException {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "logback-benchmarks.xml");
        }
        System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        if (words.length > 2 && words[0].equals("child")) {
            ParentWatch.endWith(Long.parseLong(words[1]));
            child(Arrays.asList(words).subList(2, words.length));
        } else {
            System.exit(run(System.out, System.err, Arrays.asList(words)));
        }
    }

    private static void child(List<String> words) throws IOException {
        switch (words.getFirst()) {
            case "load" -> LoadProgram.run(number(words.get(1)));
            case "witness" -> WitnessProgram.run(number(words.get(1)), number(words.get(2)), Path.of(words.get(3)));
            case "broker" -> BrokerProgram.run(Path.of(words.get(1)), number(words.get(2)), number(words.get(3)));
            case "pass-through" -> PassThroughProgram.run(number(words.get(1)), words.get(2));
            default -> throw new IllegalArgumentException("No such child: " + words.getFirst());
        }
    }

    static int run(PrintStream out, PrintStream errors, List<String> words) {
        try {
            if (words.contains("--help") || words.contains("-h") || words.contains("help")) {
                out.print(Help.TEXT);
                return 0;
            }
            return new BenchCommand(out).run(Options.parse(words)) ? 0 : FLOORS_MISSED;
        } catch (CannotContinue sentence) {
            errors.println("millrace: " + sentence.getMessage());
            return 1;
        } catch (CallFailed failure) {
            errors.println("millrace: " + failure.getMessage() + ".");
            return 1;
        }
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }
}
