package dev.millrace.quickstart.deploy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/// A Dockerfile's instructions in order, comments left out and continued lines joined.
record Dockerfile(List<Instruction> instructions) {

    record Instruction(String word, String rest) {}

    private static final Pattern HEALTH_COMMAND = Pattern.compile("(--\\S+ +)*CMD +(\\[.*])");

    static Dockerfile of(String module) {
        return parse(ProjectFiles.text(module + "/Dockerfile"));
    }

    static Dockerfile parse(String text) {
        var lines = text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .reduce(
                        "",
                        (all, line) ->
                                line.endsWith("\\") ? all + line.substring(0, line.length() - 1) : all + line + "\n");
        var instructions = new ArrayList<Instruction>();
        lines.lines().forEach(line -> {
            var parts = line.split(" +", 2);
            instructions.add(new Instruction(parts[0], parts[1].strip()));
        });
        return new Dockerfile(List.copyOf(instructions));
    }

    /// What follows each instruction of that word.
    List<String> all(String word) {
        return instructions.stream()
                .filter(instruction -> instruction.word().equals(word))
                .map(Instruction::rest)
                .toList();
    }

    String only(String word) {
        var all = all(word);
        if (all.size() != 1) {
            throw new AssertionError("There are " + all.size() + " instructions " + word);
        }
        return all.getFirst();
    }

    /// The program and its arguments, with which a container starts.
    List<String> entrypoint() {
        return json(only("ENTRYPOINT"));
    }

    List<String> healthCheck() {
        var command = HEALTH_COMMAND.matcher(only("HEALTHCHECK"));
        if (!command.matches()) {
            throw new AssertionError("Not a health check that starts a program: " + only("HEALTHCHECK"));
        }
        return json(command.group(2));
    }

    Map<String, String> environment() {
        var all = new LinkedHashMap<String, String>();
        all("ENV").forEach(line -> {
            var parts = line.split("=", 2);
            all.put(parts[0], parts[1]);
        });
        return all;
    }

    /// What is copied from the project's folder.
    List<String> copiedFromProject() {
        return all("COPY").stream()
                .filter(copy -> !copy.startsWith("--from"))
                .map(copy -> copy.split(" +")[0])
                .toList();
    }

    /// The name that the jar gets where it is copied to.
    String jar() {
        return all("COPY").getFirst().split(" +")[1];
    }

    /// The command that takes the jar apart; empty where it is run whole.
    List<String> extraction() {
        return all("RUN").stream()
                .filter(command -> command.startsWith("java "))
                .flatMap(command -> Stream.of(command.split(" +")))
                .toList();
    }

    /// The folders of the first stage whose content makes up the second, relative to where the jar was taken apart.
    List<String> layers() {
        return all("COPY").stream()
                .filter(copy -> copy.startsWith("--from=jar /jar/"))
                .map(copy -> copy.split(" +")[1].substring("/jar/".length()))
                .toList();
    }

    private static List<String> json(String array) {
        return List.of(JsonMapper.shared().readValue(array, String[].class));
    }
}
