package dev.millrace.provider.gemini.video;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.Target;
import dev.millrace.provider.VideoAdapter.Fetch;
import dev.millrace.provider.VideoAdapter.Poll;
import dev.millrace.provider.VideoAdapter.Sink;
import dev.millrace.provider.VideoDownload;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// Polls and fetches a render by the one question that all of Google's formats have for both: "what of it?".
final class Render {

    /// What the fetch of a video that stands in the answer came to.
    private static final class Inline {
        private Optional<Fetch> outcome = Optional.empty();
    }

    private static final String ANY = "*/*";

    private final OutboundHttp http;
    private final VideoDownload download;

    Render(OutboundHttp http, OutboundHttp foreignHttp) {
        this.http = http;
        this.download = new VideoDownload(http, foreignHttp);
    }

    Poll poll(OutboundCall question, Pass.Granted pass, Shape shape) {
        // Tens of megabytes may follow; that the render has ended is all that a poll wants to know.
        var told = Told.ask(http, question, shape.bytes(), (answer, holder, name, text) -> !shape.hasEnded(answer));
        if (told.value().isEmpty()) {
            return new Poll.Unknown(String.valueOf(told.failure().orElse(null)));
        }
        var head = told.value().get().head();
        var answer = told.value().get().body();
        noteRefusal(pass, head.status());
        return switch (head.status()) {
            case 200 -> shape.poll(answer, pass.mask());
            case 404 -> new Poll.NotFound();
            case 429 -> new Poll.RateLimited(told.value().get().retryAfter());
            default -> new Poll.Unknown("Status " + head.status());
        };
    }

    /// Whatever it is answered, the next poll tells what became of the render.
    void stop(OutboundCall call) {
        Told.ask(http, call, Set.of(), (answer, holder, name, text) -> true);
    }

    Fetch fetch(OutboundCall question, Target target, Pass.Granted pass, Shape shape, Sink sink) {
        var inline = new Inline();
        var told = Told.ask(http, question, shape.bytes(), (answer, holder, name, text) -> {
            if (inline.outcome.isEmpty() && shape.isVideo(holder)) {
                try {
                    sink.receive(Base64Text.decoded(text), OptionalLong.empty(), type(holder));
                    inline.outcome = Optional.of(new Fetch.Done());
                } catch (IOException refused) {
                    inline.outcome = Optional.of(new Fetch.Failed(String.valueOf(refused.getMessage())));
                    return false;
                }
            }
            return true;
        });
        if (inline.outcome.isPresent()) {
            return inline.outcome.get();
        }
        if (told.value().isEmpty()) {
            return new Fetch.Failed(String.valueOf(told.failure().orElse(null)));
        }
        return follow(told.value().get(), target, pass, shape, sink);
    }

    private static void noteRefusal(Pass.Granted pass, int status) {
        if (status == 401) {
            pass.whenRefused().run();
        }
    }

    /// What an answer comes to that tells nothing of what was asked for; empty if it tells.
    private static Optional<Fetch> refused(Told told, Pass.Granted pass, String what) {
        int status = told.head().status();
        noteRefusal(pass, status);
        return switch (status) {
            case 200 -> Optional.empty();
            case 404, 410 -> Optional.of(new Fetch.Gone("Status " + status + " for " + what));
            case 429 -> Optional.of(new Fetch.RateLimited(told.retryAfter()));
            default -> Optional.of(new Fetch.Failed("Status " + status + " for " + what));
        };
    }

    private static String type(ObjectNode holder) {
        var type = holder.path("mimeType").asString(holder.path("mime_type").asString(""));
        return type.isEmpty() ? "video/mp4" : type;
    }

    private Fetch follow(Told told, Target target, Pass.Granted pass, Shape shape, Sink sink) {
        var refused = refused(told, pass, "the operation");
        if (refused.isPresent()) {
            return refused.get();
        }
        var address = shape.address(told.body());
        if (address.isEmpty()) {
            return new Fetch.Failed("The provider's answer has no video");
        }
        try {
            var uri = new URI(address.get());
            var scheme = String.valueOf(uri.getScheme());
            if (uri.getHost() != null && (scheme.equals("https") || scheme.equals("http"))) {
                var file = ApiFile.at(uri);
                return file.isPresent()
                        ? fetch(file.get(), target, pass, sink)
                        : download.fetch(target, uri, pass.headers(), ANY, sink);
            }
        } catch (URISyntaxException noUri) {
            // Answered below, as an address that leads nowhere.
        }
        return new Fetch.Failed("The provider's address of the video is none that can be fetched");
    }

    private Fetch fetch(ApiFile file, Target target, Pass.Granted pass, Sink sink) {
        return (file.ofBytes() ? Optional.<Fetch>empty() : unready(file, target, pass))
                .orElseGet(() -> download.fetch(target, file.bytes(target), pass.headers(), ANY, sink));
    }

    /// Why the bytes of a file are not to be had now; empty if they are.
    private Optional<Fetch> unready(ApiFile file, Target target, Pass.Granted pass) {
        var told = Told.ask(
                http, Told.get(target, file.metadata(target), pass), Set.of(), (answer, holder, name, text) -> true);
        if (told.value().isEmpty()) {
            return Optional.of(new Fetch.Failed(String.valueOf(told.failure().orElse(null))));
        }
        var answer = told.value().get();
        return refused(answer, pass, "the file")
                .or(() -> switch (answer.body().path("state").asString("")) {
                    case "PROCESSING" -> Optional.of(new Fetch.Failed("The provider is still processing the file"));
                    case "FAILED" -> Optional.of(new Fetch.Failed("The provider could not process the file"));
                    default -> Optional.empty();
                });
    }
}
