package dev.millrace.settings;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// How much a worker takes on.
///
/// @param chatSlots chat calls at once; each takes some 40 KB of heap while it waits, and its request's bytes; where
///     several providers share them, one alone takes eight ninths at most
/// @param videoSlots video creates at once; a parked render has no slot; shared by providers as chat slots are
/// @param pollSlots polls and lookups of renders at once; shared by providers as chat slots are
/// @param pollsPerKey of these, most at once with one key of a provider
/// @param fetchSlots files fetched at once; each takes some 64 KB of heap; shared by providers as chat slots are, so
///     at least 9 where there are several: of fewer one that is slow would take all
/// @param requestBytes bytes of the requests of more than 8 KB that are in hand at once, of chats and videos; `0B` is
///     an eighth of the heap, since each is there twice while it is sent; what does not fit waits until others have
///     ended; one alone may be larger
/// @param answerBytes bytes of the answers that wait for their commit; `0B` is an eighth of the heap; where there are
///     as many no job is taken in until some are written
/// @param chatDeadline for a whole chat call
/// @param drain how long a clean stop waits for calls
/// @param name in the list of workers; for people
public record WorkerSettings(
        @Min(1) @Max(100_000) @DefaultValue("2000") int chatSlots,
        @Min(1) @Max(10_000) @DefaultValue("200") int videoSlots,
        @Min(1) @Max(10_000) @DefaultValue("200") int pollSlots,
        @Min(1) @Max(10_000) @DefaultValue("100") int pollsPerKey,
        @Min(1) @Max(1_000) @DefaultValue("64") int fetchSlots,
        @DefaultValue("0B") DataSize requestBytes,
        @DefaultValue("0B") DataSize answerBytes,
        @DurationMin(millis = 1) @DefaultValue("10m") Duration chatDeadline,
        @DurationMin(millis = 0) @DefaultValue("30s") Duration drain,
        @NotBlank @DefaultValue("worker") String name) {

    private static final int PART_OF_HEAP = 8;

    public WorkerSettings {
        requireSize("request-bytes", requestBytes);
        requireSize("answer-bytes", answerBytes);
    }

    private static void requireSize(String name, DataSize size) {
        if (size.isNegative()) {
            throw new IllegalArgumentException("millrace.worker." + name + " must not be less than 0");
        }
    }

    /// How many bytes of large requests a worker has in hand at most.
    public long mostRequestBytes() {
        return orPartOfHeap(requestBytes);
    }

    /// With how many bytes of answers that are not written yet a worker takes no more jobs.
    public long mostAnswerBytes() {
        return orPartOfHeap(answerBytes);
    }

    private static long orPartOfHeap(DataSize size) {
        return size.toBytes() > 0 ? size.toBytes() : Runtime.getRuntime().maxMemory() / PART_OF_HEAP;
    }
}
