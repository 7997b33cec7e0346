package dev.millrace.provider.openai;

import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import dev.millrace.provider.Target;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.provider.VideoAdapter.Lookup;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Looks a render up in the provider's list, newest first. "None" lets the job pay again, so it is said only of a list
/// that was read back to the intent and tells of each render all that a match is known by; a list that does not, as
/// those of some compatible endpoints, can't tell.
final class VideoLookup {

    private static final int LIST_PAGES = 20;
    private static final Pattern SNAPSHOT = Pattern.compile("-\\d{4}-\\d{2}-\\d{2}|-\\d{4,8}");
    private static final String USUAL_SECONDS = Integer.toString(VideoAdapter.USUAL_SECONDS);

    private final OutboundHttp http;
    private final JsonMapper json;

    VideoLookup(OutboundHttp http, JsonMapper json) {
        this.http = http;
        this.json = json;
    }

    private enum Likeness {
        SAME,
        DIFFERENT,
        /// Another job's, or ours under a name that a gateway has for the model.
        SAME_BUT_FOR_THE_MODEL,
        /// Another job's, or ours with what a gateway has for a default where the request names nothing.
        SAME_BUT_FOR_A_DEFAULT,
        UNTOLD
    }

    /// What a request asked for, in the words of the list.
    private record Wanted(String model, List<Part> parts) {

        /// @param named whether the request names it; else it is the default of the format
        private record Part(String field, String value, boolean named) {

            static Part of(JsonNode request, String field, String byDefault) {
                var value = text(request, field);
                return new Part(field, value == null ? byDefault : value, value != null);
            }
        }

        static Wanted of(JsonNode request, String model) {
            return new Wanted(
                    model,
                    List.of(
                            new Part("prompt", request.path("prompt").asString(""), true),
                            Part.of(request, "seconds", USUAL_SECONDS),
                            Part.of(request, "size", VideoAdapter.USUAL_SIZE)));
        }

        Likeness of(JsonNode video) {
            boolean all = true;
            boolean byDefault = true;
            for (var part : parts) {
                var told = text(video, part.field());
                if (told == null) {
                    all = false;
                } else if (!told.equals(part.value())) {
                    if (part.named()) {
                        return Likeness.DIFFERENT;
                    }
                    byDefault = false;
                }
            }
            var name = text(video, "model");
            if (!all || name == null) {
                return Likeness.UNTOLD;
            }
            if (!byDefault) {
                return Likeness.SAME_BUT_FOR_A_DEFAULT;
            }
            return isModel(name) ? Likeness.SAME : Likeness.SAME_BUT_FOR_THE_MODEL;
        }

        /// A provider may list a model by the name of its snapshot, or the other way round.
        private boolean isModel(String name) {
            return name.equals(model) || isSnapshot(name, model) || isSnapshot(model, name);
        }

        private static boolean isSnapshot(String name, String of) {
            return name.startsWith(of)
                    && SNAPSHOT.matcher(name.substring(of.length())).matches();
        }

        private static @Nullable String text(JsonNode video, String field) {
            var value = video.path(field);
            return value.isString() || value.isNumber() ? value.asString() : null;
        }
    }

    /// The renders found so far, and whether the list keeps to the order that was asked for.
    private static final class Found {
        final Set<String> ids = new LinkedHashSet<>();
        private final Instant from;
        private Instant last = Instant.MAX;
        private boolean inOrder = true;
        private Optional<String> doubt = Optional.empty();

        Found(Instant notBefore) {
            // The list tells whole seconds.
            this.from = Instant.ofEpochSecond(notBefore.getEpochSecond());
        }

        /// @return why the list can't tell; empty if it could
        Optional<String> read(JsonNode video, Wanted wanted) {
            if (!video.path("created_at").isNumber()) {
                return Optional.of("The provider's list does not tell when a video was made");
            }
            var created = Instant.ofEpochSecond((long) video.path("created_at").doubleValue());
            inOrder &= !created.isAfter(last);
            last = created;
            if (created.isBefore(from)) {
                return Optional.empty();
            }
            var likeness = wanted.of(video);
            var id = video.path("id").asString("");
            if (likeness == Likeness.UNTOLD
                    || likeness == Likeness.SAME
                            && !OpenAiVideos.OPERATION_ID.matcher(id).matches()) {
                return Optional.of("The provider's list does not tell which video it is");
            }
            if (likeness == Likeness.SAME) {
                ids.add(id);
            }
            if (likeness == Likeness.SAME_BUT_FOR_THE_MODEL) {
                doubt = Optional.of("The provider lists such a video under another model's name");
            } else if (likeness == Likeness.SAME_BUT_FOR_A_DEFAULT) {
                doubt = Optional.of(
                        "The provider lists such a video of another length or size, and none was asked for");
            }
            return Optional.empty();
        }

        /// What a list says that was read to its end.
        Lookup finding() {
            return ids.isEmpty() && doubt.isPresent()
                    ? new Lookup.Unsupported(doubt.get())
                    : new Lookup.Matches(List.copyOf(ids));
        }

        boolean backToTheIntent() {
            return inOrder && last.isBefore(from);
        }
    }

    Lookup lookUp(Target target, byte[] request, Instant notBefore) {
        var wanted = Wanted.of(json.readTree(request), target.model());
        var found = new Found(notBefore);
        var after = "";
        for (int page = 0; page < LIST_PAGES; page++) {
            var reply = http.send(OpenAiVideos.get(target, target.at("/videos?limit=100&order=desc" + after)));
            if (!(reply instanceof Reply.Answered answer)) {
                return new Lookup.Unknown("The provider's list could not be read", Optional.empty());
            }
            if (answer.status() == 404 || answer.status() == 405 || answer.status() == 501) {
                return new Lookup.Unsupported("The provider has no list of videos");
            }
            if (answer.status() != 200) {
                return new Lookup.Unknown("Status " + answer.status() + " from the list", answer.retryAfter());
            }
            JsonNode list;
            try {
                list = json.readTree(answer.body());
            } catch (JacksonException noJson) {
                return new Lookup.Unknown("The provider's list is no JSON", Optional.empty());
            }
            if (list.path("error").isObject()) {
                return new Lookup.Unknown("The provider answered 200 with an error", Optional.empty());
            }
            if (!list.path("data").isArray()) {
                return new Lookup.Unsupported("The provider's list has no data");
            }
            for (var video : list.path("data")) {
                var objection = found.read(video, wanted);
                if (objection.isPresent()) {
                    return new Lookup.Unsupported(objection.get());
                }
            }
            if (found.backToTheIntent() || !list.path("has_more").asBoolean(false)) {
                return found.finding();
            }
            var last = list.path("last_id").asString("");
            if (last.isEmpty()) {
                return new Lookup.Unsupported("The provider's list does not tell how it goes on");
            }
            after = "&after=" + URLEncoder.encode(last, StandardCharsets.UTF_8);
        }
        return new Lookup.Unknown("The provider's list is longer than " + LIST_PAGES + " pages", Optional.empty());
    }
}
