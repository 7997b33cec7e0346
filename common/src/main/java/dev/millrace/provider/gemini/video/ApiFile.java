package dev.millrace.provider.gemini.video;

import dev.millrace.provider.Target;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/// A file of the Gemini API's, as an address names it. It is asked for below the provider's own base URL, as Google's
/// SDKs do: a gateway may pass the address on as Google wrote it, and the key goes to nobody else.
///
/// @param version of the API, such as `v1beta`
/// @param ofBytes whether the address is that of the bytes; else it is that of what is known of the file, whose bytes
///     are there once its state says so
record ApiFile(String version, String id, boolean ofBytes) {

    private static final Pattern PATH =
            Pattern.compile("(?:/.*)?/(v\\d[a-z0-9]{0,15})/files/([A-Za-z0-9_-]{1,128})(:download)?");

    /// Empty if the address is none of a file of the API's.
    static Optional<ApiFile> at(URI address) {
        var path = PATH.matcher(String.valueOf(address.getRawPath()));
        return path.matches()
                ? Optional.of(new ApiFile(path.group(1), path.group(2), path.group(3) != null))
                : Optional.empty();
    }

    URI metadata(Target target) {
        return target.at("/" + version + "/files/" + id);
    }

    URI bytes(Target target) {
        return target.at("/" + version + "/files/" + id + ":download?alt=media");
    }
}
