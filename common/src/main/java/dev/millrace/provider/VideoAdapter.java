package dev.millrace.provider;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/// Renders at one kind of provider: asked for once, then looked up, polled and fetched by their operation id.
public interface VideoAdapter {

    /// What a render is priced and looked up by: nobody lets these go.
    Set<String> ESSENTIALS = Set.of("prompt", "seconds", "size");

    /// What OpenAI's wire format takes for a length that is not named.
    int USUAL_SECONDS = 4;

    /// What OpenAI's wire format takes for a size that is not named.
    String USUAL_SIZE = "720x1280";

    /// What the wire format promises of this model's renders.
    Terms terms(String model);

    /// The length of a video whose request names none. What a create asks for, what is estimated before and what is
    /// booked after it all come from here.
    ///
    /// @param size as `1280x720`
    int usualSeconds(String model, String size);

    /// Sends the paid create.
    ///
    /// @param request the OpenAI body of `POST /videos`
    /// @param mayDrop parameters that may be left out where the target does not have them, but for the essentials
    /// @param mayStillStart asked as the last act before the first byte, and told what is left out; false
    ///     means that nothing is sent
    ProviderOutcome create(Target target, byte[] request, Set<String> mayDrop, Predicate<List<String>> mayStillStart);

    /// Looks for the render that a create with a lost answer may have made, with what the wire format has for it.
    ///
    /// @param notBefore the intent's time, less the clocks' difference
    Lookup lookUp(Target target, byte[] request, Instant notBefore);

    Poll poll(Target target, String operationId);

    /// Asks the provider to stop a render that nobody wants any more, where the wire format has that. Its answer may be
    /// lost and is no news: the next poll tells what became of the render, and before each this is asked again.
    default void stop(Target target, String operationId) {}

    /// Streams the finished file to `sink`.
    Fetch fetch(Target target, String operationId, Sink sink);

    /// What a lookup came to.
    sealed interface Lookup {
        /// The provider's renders that match this request in all that the wire format tells; often none.
        record Matches(List<String> operationIds) implements Lookup {}

        /// This provider can't tell.
        record Unsupported(String reason) implements Lookup {}

        /// It could not be asked this time; nothing is known.
        record Unknown(String reason, Optional<Duration> retryAfter) implements Lookup {}
    }

    /// How far a render is.
    sealed interface Poll {
        /// @param progress per cent, below 100
        record Rendering(int progress, Optional<Duration> pollAfter) implements Poll {}

        record Completed() implements Poll {}

        /// The provider says that it failed.
        ///
        /// @param cause decides who pays for it, and whether the same may be asked for again
        record Failed(String code, String message, Cause cause) implements Poll {}

        /// The provider does not know the operation, which may be its own delay.
        record NotFound() implements Poll {}

        /// This key polls too often. It says nothing about the render.
        record RateLimited(Optional<Duration> retryAfter) implements Poll {}

        /// An answer that says nothing about the render: an error, an unknown shape, none at all.
        record Unknown(String reason) implements Poll {}

        /// Why a render failed.
        enum Cause {
            /// The provider's filter held the finished video back.
            FILTERED,
            /// Something of the provider's that may be over: the same may succeed the next time.
            PASSING,
            /// What was asked for, or what nobody can tell: the same would fail again.
            LASTING
        }
    }

    /// What fetching the file came to.
    sealed interface Fetch {
        record Done() implements Fetch {}

        /// The provider no longer has the file.
        record Gone(String reason) implements Fetch {}

        record RateLimited(Optional<Duration> retryAfter) implements Fetch {}

        /// Worth another try: an error, a wrong length, a wrong type, a full disk.
        record Failed(String reason) implements Fetch {}
    }

    /// Takes the file's bytes as they come.
    interface Sink {
        /// @param length as the provider declared it
        /// @throws IOException if the bytes could not be kept, or are not what they should be
        void receive(InputStream bytes, OptionalLong length, String contentType) throws IOException;
    }
}
