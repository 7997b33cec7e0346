package dev.millrace.provider.gemini.video;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import dev.millrace.provider.gemini.video.Wish.Reference;
import dev.millrace.provider.gemini.video.Wish.UnfitException;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Brings a picture that a caller names by its address: Google takes bytes only. The address is a user's, so it passes
/// the guard, and a redirect is not followed.
final class Pictures {

    /// As much as OpenAI takes.
    private static final int LARGEST = 20 * 1024 * 1024;

    private static final Duration LONGEST = Duration.ofSeconds(20);
    private static final String PARAM = "input_reference.image_url";

    private final OutboundHttp guarded;

    Pictures(OutboundHttp guarded) {
        this.guarded = guarded;
    }

    Optional<Reference.Picture> of(Wish wish) throws UnfitException {
        if (wish.reference().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (wish.reference().get()) {
                    case Reference.Picture picture -> picture;
                    case Reference.Address(var uri) -> fetch(uri);
                });
    }

    private Reference.Picture fetch(URI uri) throws UnfitException {
        var reply = guarded.send(
                new OutboundCall("GET", uri, List.of(), Optional.empty(), LONGEST, false, () -> true, LARGEST + 1));
        if (!(reply instanceof Reply.Answered answer) || answer.status() != 200) {
            throw new UnfitException(PARAM, "The picture could not be fetched from its address.");
        }
        if (answer.body().length > LARGEST) {
            throw new UnfitException(PARAM, "The picture is larger than " + LARGEST + " bytes.");
        }
        var type = answer.header("content-type")
                .map(value ->
                        value.toLowerCase(Locale.ROOT).replaceFirst(";.*", "").strip())
                .orElse("");
        if (!Wish.PICTURES.contains(type)) {
            throw new UnfitException(PARAM, "What is at the picture's address is no JPEG or PNG.");
        }
        return new Reference.Picture(type, Base64.getEncoder().encodeToString(answer.body()));
    }
}
