package dev.millrace.routing;

import dev.millrace.provider.Patience;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.ConstructorBinding;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How a model's interactive calls are treated.
///
/// @param connect for a connection to the provider, also of a queued chat
/// @param firstToken from a call's start to its first token
/// @param gap between two tokens
/// @param whole for one attempt's answer in one piece, so that a silent provider leaves time for another; never more
///     than is left of the total
/// @param total for all attempts of one call together; the SDKs give up at 10 minutes
/// @param pingAfter how long a stream's caller waits without a sign of life
/// @param drop parameters that are left out where a deployment does not have them, of models of all kinds; others are
///     refused by name
/// @param queuedWhole for one attempt of a queued chat; at most `millrace.worker.chat-deadline`, which holds where none
///     is set
/// @param hedge whether a second deployment is asked when the first has not answered within what 95 % of its answers
///     took; the slower of the two is given up, and paid for all the same
public record ChatRules(
        @DurationMin(millis = 1) @DefaultValue("5s") Duration connect,
        @DurationMin(millis = 1) @DefaultValue("60s") Duration firstToken,
        @DurationMin(millis = 1) @DefaultValue("60s") Duration gap,

        @DurationMin(millis = 1) @DefaultValue("5m") Duration whole,

        @DurationMin(millis = 1) @DurationMax(minutes = 9) @DefaultValue("9m")
        Duration total,

        @DurationMin(millis = 1) @DefaultValue("15s") Duration pingAfter,
        @DefaultValue List<@NotBlank String> drop,
        @DurationMin(millis = 1) @Nullable Duration queuedWhole,
        @DefaultValue("false") boolean hedge) {

    @ConstructorBinding
    public ChatRules {}

    public ChatRules(
            Duration connect,
            Duration firstToken,
            Duration gap,
            Duration total,
            Duration pingAfter,
            List<String> drop) {
        this(connect, firstToken, gap, Duration.ofMinutes(5), total, pingAfter, drop, null, false);
    }

    public static final ChatRules DEFAULT = new ChatRules(
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofMinutes(9),
            Duration.ofSeconds(15),
            List.of());

    public Patience patience() {
        return new Patience(connect, firstToken, gap);
    }

    /// For one attempt of a queued chat.
    ///
    /// @param most what all models' have at most
    public Duration queued(Duration most) {
        return queuedWhole == null || queuedWhole.compareTo(most) > 0 ? most : queuedWhole;
    }
}
