package dev.millrace.provider.openai;

import dev.millrace.http.Reply;
import dev.millrace.http.ServerSentEvents;
import dev.millrace.provider.Asked;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ChatStream.Part;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.StreamTranslator;
import dev.millrace.provider.Target;
import dev.millrace.provider.Usage;
import dev.millrace.provider.WireJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Chunks of an OpenAI-compatible endpoint, put right where they break the rules that the official SDKs insist on.
final class ChunkTranslator implements StreamTranslator {

    private static final String DONE = "[DONE]";
    private static final int MOST_CHOICES = 128;

    private final JsonMapper json;
    private final ChatCall call;
    private final Asked asked;
    private final Reply.Answered head;
    private final Target target;
    private final boolean endsWithoutDone;
    private final byte[] quotedModel;
    private final SortedMap<Integer, ChoiceStream> choices = new TreeMap<>();
    private @Nullable String id;
    private long created;
    private Optional<Usage> told = Optional.empty();
    private @Nullable ObjectNode toldAs;
    private long characters;

    /// @param endsWithoutDone whether the finish reasons and the end of the connection are the end marker
    ChunkTranslator(
            JsonMapper json, ChatCall call, Asked asked, Reply.Answered head, Target target, boolean endsWithoutDone) {
        this.json = json;
        this.call = call;
        this.asked = asked;
        this.head = head;
        this.target = target;
        this.endsWithoutDone = endsWithoutDone;
        this.quotedModel = json.writeValueAsBytes(call.model());
    }

    @Override
    public List<Part> translate(ServerSentEvents.Event event) {
        if (event.is(DONE)) {
            return List.of(end());
        }
        var plain = PlainChunk.read(json, event.data());
        if (plain.isPresent() && relayable(plain.get())) {
            characters += plain.get().characters();
            return List.of(new Part.Chunk(
                    plain.get().relayed(call.model(), quotedModel, call.showUsage()),
                    plain.get().token()));
        }
        var tree = json.readTree(event.data());
        if (event.name().equals("error") || tree.hasNonNull("error")) {
            return List.of(new Part.Broken(refused(tree)));
        }
        if (!(tree instanceof ObjectNode chunk)) {
            return List.of(malformed("The provider sent an event that is no chunk"));
        }
        hearUsage(chunk.path("usage"));
        if (chunk.path("choices") instanceof ArrayNode said) {
            return putRight(chunk, said);
        }
        // The last chunk of some has nothing but the usage.
        return chunk.path("usage").isObject()
                ? List.of()
                : List.of(malformed("The provider sent an event that is no chunk"));
    }

    private void hearUsage(JsonNode usage) {
        var read = OpenAiUsage.read(usage);
        if (read.isPresent() && usage instanceof ObjectNode object) {
            told = read;
            toldAs = object;
        }
    }

    private boolean relayable(PlainChunk chunk) {
        var choice = choices.get(chunk.choice());
        return choice != null
                && choice.goesOn(chunk)
                && id != null
                && chunk.isOf(id, created)
                && (chunk.hasUsage() || !call.showUsage());
    }

    private ProviderOutcome refused(JsonNode tree) {
        var error = tree.path("error");
        return Errors.inStream(error.isMissingNode() ? tree : error, head, target);
    }

    private List<Part> putRight(ObjectNode chunk, ArrayNode said) {
        name(chunk);
        var beginning = json.createArrayNode();
        var going = json.createArrayNode();
        var finishing = json.createArrayNode();
        boolean token = false;
        for (int position = 0; position < said.size(); position++) {
            if (!(said.get(position) instanceof ObjectNode choice)) {
                return List.of(malformed("The provider sent a choice that is none"));
            }
            int index = choice.path("index").isIntegralNumber()
                    ? choice.path("index").asInt(-1)
                    : position;
            if (index < 0 || index >= MOST_CHOICES) {
                return List.of(malformed("The provider sent a choice with the index " + index));
            }
            beginThoseBefore(index, beginning);
            var stream = choices.computeIfAbsent(index, none -> new ChoiceStream());
            if (stream.finished()) {
                continue;
            }
            var delta = choice.path("delta") instanceof ObjectNode object ? object : choice.putObject("delta");
            var reason = choice.path("finish_reason").asString("");
            if (reason.equals("error")) {
                return List.of(broken("provider_error", "The provider ended the answer for an error"));
            }
            var words = stream.putRight(delta);
            characters += words.characters();
            token |= words.token();
            choice.put("index", index);
            if (!words.empty() || reason.isEmpty()) {
                going.add(choice.deepCopy().putNull("finish_reason"));
                choice.remove("logprobs");
            }
            if (!reason.isEmpty()) {
                var known = OpenAiAnswer.finishReason(reason);
                stream.finish(known);
                choice.putObject("delta");
                choice.put("finish_reason", known);
                finishing.add(choice);
            }
        }
        var parts = new ArrayList<Part>(3);
        add(parts, chunk, beginning, false);
        add(parts, chunk, going, token);
        add(parts, chunk, finishing, false);
        return parts;
    }

    /// Clients append choices by their position, so those before it begin first.
    private void beginThoseBefore(int index, ArrayNode beginning) {
        for (int before = 0; before < index; before++) {
            if (!choices.containsKey(before)) {
                var stream = new ChoiceStream();
                choices.put(before, stream);
                var choice = beginning.addObject().put("index", before);
                stream.putRight(choice.putObject("delta"));
                choice.putNull("finish_reason");
            }
        }
    }

    private void add(List<Part> parts, ObjectNode chunk, ArrayNode ofChoices, boolean token) {
        if (!ofChoices.isEmpty()) {
            chunk.set("choices", ofChoices);
            parts.add(new Part.Chunk(WireJson.bytes(json, chunk), token));
        }
    }

    /// What all chunks say alike.
    private void name(ObjectNode chunk) {
        if (id == null) {
            var given = chunk.path("id").asString("");
            id = given.isEmpty() ? OpenAiAnswer.newId() : given;
            created = chunk.path("created").asLong(0);
            created = created > 0 ? created : Instant.now().getEpochSecond();
        }
        chunk.put("id", id);
        chunk.put("object", "chat.completion.chunk");
        chunk.put("created", created);
        chunk.put("model", call.model());
        chunk.remove(List.of("error", "usage"));
        if (call.showUsage()) {
            chunk.putNull("usage");
        }
    }

    private boolean allFinished() {
        return !choices.isEmpty() && choices.values().stream().allMatch(ChoiceStream::finished);
    }

    private Part end() {
        if (choices.isEmpty()) {
            return malformed("The provider's answer is empty");
        }
        if (choices.size() < asked.fewest(target)) {
            return malformed(OpenAiAnswer.TOO_FEW);
        }
        if (!allFinished()) {
            return malformed("The provider's answer ended without a finish reason");
        }
        var usage = usageSoFar();
        return new Part.End(usage, usageChunk(usage));
    }

    private byte[] usageChunk(Usage usage) {
        var chunk = json.createObjectNode();
        name(chunk);
        chunk.putArray("choices");
        chunk.set("usage", toldAs == null ? json.readTree(usage.json()) : OpenAiUsage.whole(toldAs, usage));
        return WireJson.bytes(json, chunk);
    }

    @Override
    public Part atEnd() {
        return endsWithoutDone ? end() : malformed("The provider's answer ended without its end marker");
    }

    private Part malformed(String message) {
        return broken("malformed_answer", message);
    }

    private Part broken(String kind, String message) {
        return new Part.Broken(
                new ProviderOutcome.Retryable(Errors.failure(Failure.Scope.PROVIDER, kind, null, message, head)));
    }

    @Override
    public Usage usageSoFar() {
        return told.orElseGet(() -> asked.guess(characters));
    }

    @Override
    public boolean explainsEmptiness() {
        return choices.values().stream().allMatch(choice -> OpenAiAnswer.explainsEmptiness(choice.finishReason()));
    }
}
