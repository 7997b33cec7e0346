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
import tools.jackson.databind.node.ObjectNode;

/// Polls and fetches a render by the one question that all of Google's formats have for both: "what of it?".
final class Render {

    /// What the fetch of a video that stands in the answer came to.
    private static final class Inline {
        private Optional<Fetch> outcome = Optional.empty();
    }

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

    private static String type(ObjectNode holder) {
        var type = holder.path("mimeType").asString(holder.path("mime_type").asString(""));
        return type.isEmpty() ? "video/mp4" : type;
    }

    private Fetch follow(Told told, Target target, Pass.Granted pass, Shape shape, Sink sink) {
        int status = told.head().status();
        noteRefusal(pass, status);
        if (status == 404 || status == 410) {
            return new Fetch.Gone("Status " + status + " for the operation");
        }
        if (status == 429) {
            return new Fetch.RateLimited(told.retryAfter());
        }
        if (status != 200) {
            return new Fetch.Failed("Status " + status + " for the operation");
        }
        var address = shape.address(told.body());
        if (address.isEmpty()) {
            return new Fetch.Failed("The provider's answer has no video");
        }
        try {
            var uri = new URI(address.get());
            var scheme = String.valueOf(uri.getScheme());
            if (uri.getHost() != null && (scheme.equals("https") || scheme.equals("http"))) {
                return download.fetch(target, uri, pass.headers(), "*/*", sink);
            }
        } catch (URISyntaxException noUri) {
            // Answered below, as an address that leads nowhere.
        }
        return new Fetch.Failed("The provider's address of the video is none that can be fetched");
    }
}
