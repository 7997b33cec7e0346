package dev.millrace.provider.gemini;

import dev.millrace.http.ServerSentEvents;
import dev.millrace.provider.Asked;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ChatStream.Part;
import dev.millrace.provider.ChunkWriter;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.StreamTranslator;
import dev.millrace.provider.Target;
import dev.millrace.provider.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// Google's events as chunks. Each holds a response with what is new in it; a candidate has ended with its finish
/// reason, and the answer with the last of its candidates.
final class GeminiEvents implements StreamTranslator {

    private final JsonMapper json;
    private final Target target;
    private final Asked asked;
    private final int wanted;
    private final int fewest;
    private final ChunkWriter writer;
    private final List<GeminiChoice> choices = new ArrayList<>();
    private Optional<Usage> told = Optional.empty();
    private String responseId = "";

    GeminiEvents(JsonMapper json, Target target, ChatCall call, Asked asked) {
        this.json = json;
        this.target = target;
        this.asked = asked;
        this.wanted = asked.choices();
        this.fewest = asked.fewest(target);
        this.writer = new ChunkWriter(call.model(), call.showUsage());
    }

    @Override
    public List<Part> translate(ServerSentEvents.Event event) {
        var response = json.readTree(event.data());
        if (response.isArray()) {
            response = response.path(0);
        }
        if (response.path("error").isObject()) {
            return List.of(new Part.Broken(GeminiErrors.inStream(response.path("error"), target, requestId())));
        }
        if (!response.isObject()) {
            return List.of(broken("The provider sent an event that is no response"));
        }
        responseId = response.path("responseId").asString(responseId);
        told = GeminiUsage.of(response.path("usageMetadata")).or(() -> told);
        var parts = new ArrayList<Part>();
        if (GeminiAnswer.isBlocked(response)) {
            block(parts);
            return parts;
        }
        for (var candidate : response.path("candidates")) {
            var choice = choice(candidate.path("index").asInt(0), parts);
            if (choice.isEmpty()) {
                return List.of(broken("The provider sent more candidates than were wanted"));
            }
            var spoilt = choice.get().take(candidate, parts);
            if (spoilt.isPresent()) {
                parts.add(new Part.Broken(spoilt.get().outcome(requestId())));
                return parts;
            }
        }
        if (choices.size() == wanted && allEnded()) {
            parts.add(end());
        }
        return parts;
    }

    /// What was said so far stays said.
    private void block(List<Part> parts) {
        if (choices.isEmpty()) {
            choices.add(new GeminiChoice(json, GeminiModel.bare(target.model()), writer.choice(0)));
        }
        choices.forEach(choice -> choice.block(parts));
        parts.add(end());
    }

    /// The choice of an index. Clients append by position, so those before it begin first.
    private Optional<GeminiChoice> choice(int index, List<Part> parts) {
        if (index < 0 || index >= wanted) {
            return Optional.empty();
        }
        while (choices.size() <= index) {
            var next = new GeminiChoice(json, GeminiModel.bare(target.model()), writer.choice(choices.size()));
            choices.add(next);
            if (choices.size() <= index) {
                parts.add(next.begin());
            }
        }
        return Optional.of(choices.get(index));
    }

    private boolean allEnded() {
        return !choices.isEmpty() && choices.stream().allMatch(GeminiChoice::hasEnded);
    }

    private Part end() {
        var usage = usageSoFar();
        return new Part.End(usage, writer.usage(usage));
    }

    @Override
    public Part atEnd() {
        return choices.size() >= fewest && allEnded()
                ? end()
                : broken("The provider's answer ended without a finish reason for every candidate");
    }

    private Part broken(String message) {
        return new Part.Broken(new SpoiltException(message, Scope.PROVIDER).outcome(requestId()));
    }

    @Override
    public Optional<String> requestId() {
        return Optional.of(responseId).filter(id -> !id.isEmpty());
    }

    /// Google counts as it goes; until the answer has ended, what it told may have been passed.
    @Override
    public Usage usageSoFar() {
        if (told.isPresent() && allEnded()) {
            return told.get();
        }
        var guess =
                asked.guess(choices.stream().mapToLong(GeminiChoice::characters).sum());
        return told.map(usage -> new Usage(
                        usage.prompt(),
                        Math.max(usage.completion(), guess.completion()),
                        usage.cached(),
                        usage.reasoning(),
                        true))
                .orElse(guess);
    }

    @Override
    public boolean explainsEmptiness() {
        return !choices.isEmpty() && choices.stream().allMatch(GeminiChoice::explainsEmptiness);
    }
}
