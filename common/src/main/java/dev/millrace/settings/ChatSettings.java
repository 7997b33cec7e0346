package dev.millrace.settings;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// How interactive calls are taken in.
///
/// @param mostBody larger bodies are refused before they are parsed
/// @param mostDepth deepest nesting of JSON
/// @param mostCalls most calls at once in one process; more are refused with 429; where several providers share them,
///     one alone takes eight ninths at most
/// @param mostHeld bytes of bodies that one process holds at once, eight ninths of them one project's, each as 8 KB
///     at least; what would pass it is refused with 429; never more than a quarter of the heap
/// @param drain how long a clean stop lets streams go on before it ends them with an error event
public record ChatSettings(
        @DefaultValue("20MB") DataSize mostBody,
        @Min(1) @Max(500) @DefaultValue("64") int mostDepth,
        @Min(1) @Max(100_000) @DefaultValue("5000") int mostCalls,
        @DefaultValue("256MB") DataSize mostHeld,
        @DurationMin(millis = 0) @DefaultValue("20s") Duration drain) {

    public ChatSettings {
        if (mostBody.toBytes() <= 0 || mostBody.toBytes() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("millrace.chat.most-body must be more than 0 and less than 2GB");
        }
        if (mostHeld.compareTo(mostBody) < 0) {
            throw new IllegalArgumentException("millrace.chat.most-held must be at least millrace.chat.most-body");
        }
    }
}
