package dev.millrace.simulator.gemini;

import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.render.Render;
import java.util.Optional;

/// Where the file of a render is: below the address that the caller came to.
final class FileUri {

    /// What the ids of interactions begin with, which ids of files do not.
    static final String INTERACTION = "v1_";

    private FileUri() {}

    /// Where its bytes can be fetched.
    static String download(Incoming incoming, Render render) {
        return of(incoming, render) + ":download?alt=media";
    }

    /// Where it is told what is known of it.
    static String of(Incoming incoming, Render render) {
        String whole = incoming.head().path();
        String provider = whole.substring(0, whole.length() - incoming.path().length());
        String host = Optional.ofNullable(incoming.head().header("Host")).orElse("127.0.0.1");
        // Google's own clients take nothing but https, and of that only the file's id.
        String scheme = incoming.head().header("x-goog-api-client") == null ? "http" : "https";
        return scheme + "://" + host + provider + "/v1beta/files/" + id(render);
    }

    static String id(Render render) {
        String id = render.id();
        return id.startsWith(INTERACTION) ? id.substring(INTERACTION.length()) : id;
    }
}
