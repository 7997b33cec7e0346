package dev.millrace.api.job;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A single range of a file's bytes (RFC 9110, section 14). Several ranges at once, other units and what can't be read
/// are ignored, as the RFC allows: the whole file is the answer then.
///
/// @param first the first byte's position
/// @param last the last byte's position
record ByteRange(long first, long last) {

    private static final Pattern FORM = Pattern.compile("bytes=\\s*(\\d{0,18})-(\\d{0,18})\\s*");

    /// What a `Range` header comes to.
    sealed interface Asked {
        record Whole() implements Asked {}

        record Part(ByteRange range) implements Asked {}

        record Unsatisfiable() implements Asked {}
    }

    static Asked of(@Nullable String header, long length) {
        if (header == null) {
            return new Asked.Whole();
        }
        var form = FORM.matcher(header);
        if (!form.matches()) {
            return new Asked.Whole();
        }
        var first = number(form.group(1));
        var last = number(form.group(2));
        if (first.isEmpty()) {
            return last.isEmpty() ? new Asked.Whole() : suffix(last.get(), length);
        }
        if (last.isPresent() && last.get() < first.get()) {
            return new Asked.Whole();
        }
        return first.get() >= length
                ? new Asked.Unsatisfiable()
                : new Asked.Part(new ByteRange(first.get(), Math.min(last.orElse(length - 1), length - 1)));
    }

    private static Asked suffix(long bytes, long length) {
        return bytes == 0
                ? new Asked.Unsatisfiable()
                : new Asked.Part(new ByteRange(Math.max(0, length - bytes), length - 1));
    }

    private static Optional<Long> number(String digits) {
        return digits.isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(digits));
    }

    long length() {
        return last - first + 1;
    }

    String contentRange(long whole) {
        return "bytes " + first + "-" + last + "/" + whole;
    }
}
