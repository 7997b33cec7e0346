package dev.millrace.simulator.gemini;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.speech.SchemaSample;
import dev.millrace.simulator.speech.Speech;
import dev.millrace.simulator.speech.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What the model says: thoughts, words, calls, in this order.
///
/// @param thought shown only where the request wants it; else empty
/// @param pieces  the words, one token each
/// @param blocked why the prompt was blocked; then there is no candidate
record GenerateReply(
        String thought,
        List<String> pieces,
        List<Call> calls,
        String finishReason,
        Optional<String> blocked,
        Tokens tokens) {

    private static final long THOUGHTS = 6;

    /// A call of a function.
    ///
    /// @param id        null for models that give none
    /// @param signature on the first call of a turn only, and only of models that sign
    record Call(
            @Nullable String id,
            String name,
            JsonNode args,
            @Nullable String signature) {}

    static GenerateReply to(GenerateRequest request, long number, Behaviour behaviour) {
        Optional<String> blocked = behaviour.text(Key.BLOCK).map(reason -> reason.isEmpty() ? "SAFETY" : reason);
        if (blocked.isPresent()) {
            Tokens tokens = Tokens.of(behaviour, request.promptTokens(), 0, 0);
            return new GenerateReply("", List.of(), List.of(), "", blocked, tokens);
        }
        boolean shown = request.showsThoughts();
        long thoughts = Math.min(behaviour.number(Key.THOUGHTS).orElse(shown ? THOUGHTS : 0), request.maxTokens());
        String finish = "STOP";
        List<Call> calls = calls(request, number, behaviour);
        Speech speech = Speech.NOTHING;
        if (calls.isEmpty() || behaviour.has(Key.TEXT)) {
            speech = Speech.answer(
                    request.contents().prompt(), request.formatted(), behaviour, request.maxTokens() - thoughts);
            finish = speech.cut() ? "MAX_TOKENS" : finish;
        }
        long answer = (speech.pieces().size() + calls.size()) * (long) request.candidates();
        return new GenerateReply(
                shown && thoughts > 0 && !behaviour.is(Key.EMPTY) ? "Thinking it over." : "",
                speech.pieces(),
                calls,
                behaviour.text(Key.FINISH).orElse(finish),
                blocked,
                Tokens.of(behaviour, request.promptTokens(), answer, thoughts));
    }

    private static List<Call> calls(GenerateRequest request, long number, Behaviour behaviour) {
        List<JsonNode> declarations = request.functions().declarations();
        boolean called = request.functions().required() || behaviour.is(Key.TOOL) || behaviour.has(Key.CALLS);
        if (!called || declarations.isEmpty() || request.contents().endsWithResponse() || behaviour.is(Key.EMPTY)) {
            return List.of();
        }
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < behaviour.number(Key.CALLS).orElse(1); i++) {
            JsonNode declaration = declarations.get(i % declarations.size());
            String name = declaration.path("name").asString("");
            JsonNode args = SchemaSample.of(Functions.schema(declaration));
            calls.add(new Call(
                    request.modern() ? "call-" + Long.toString(number, 36) + "-" + i : null,
                    name,
                    args,
                    request.modern() && i == 0 ? Contents.sealOf(name, args) : null));
        }
        return calls;
    }
}
