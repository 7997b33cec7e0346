package dev.millrace.provider;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.OutboundHttp.Streamed;
import dev.millrace.http.Reply;
import dev.millrace.provider.VideoAdapter.Fetch;
import dev.millrace.provider.VideoAdapter.Sink;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHeader;

/// Fetches a finished file. Redirects are followed by hand: the provider's key goes to the provider's own host only,
/// and any other host is one that the provider named, so it passes the guard.
public final class VideoDownload {

    private static final int MOST_REDIRECTS = 5;

    private sealed interface Step {
        record Result(Fetch fetch) implements Step {}

        record Redirect(URI location) implements Step {}
    }

    private final OutboundHttp http;
    private final OutboundHttp foreignHttp;

    /// @param foreignHttp for other hosts than the provider's own: guarded
    public VideoDownload(OutboundHttp http, OutboundHttp foreignHttp) {
        this.http = http;
        this.foreignHttp = foreignHttp;
    }

    /// Streams the file at `first` to the sink.
    ///
    /// @param own the headers for the provider's own host, its key among them
    /// @param accept what is asked for, of any host
    public Fetch fetch(Target target, URI first, List<Header> own, String accept, Sink sink) {
        var foreign = List.<Header>of(new BasicHeader("Accept", accept));
        var withKey = new ArrayList<>(foreign);
        withKey.addAll(own);
        var uri = first;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            var from = uri;
            boolean home = sameHost(uri, target.baseUrl());
            Streamed<Step> streamed = (home ? http : foreignHttp)
                    .stream(call(target, uri, home ? withKey : foreign), (head, body) -> step(from, head, body, sink));
            if (streamed.value().isEmpty()) {
                return new Fetch.Failed(String.valueOf(streamed.failure().orElse(null)));
            }
            switch (streamed.value().get()) {
                case Step.Result(var fetch) -> {
                    return fetch;
                }
                case Step.Redirect(var location) -> uri = location;
            }
        }
        return new Fetch.Failed("More than " + MOST_REDIRECTS + " redirects");
    }

    private static OutboundCall call(Target target, URI uri, List<Header> headers) {
        return new OutboundCall("GET", uri, headers, Optional.empty(), target.deadline(), false, () -> true, 0)
                .connecting(target.connect());
    }

    private static Step step(URI from, Reply.Answered head, InputStream body, Sink sink) throws IOException {
        int status = head.status();
        if (status / 100 == 3) {
            return redirect(from, head.header("location"));
        }
        if (status == 404 || status == 410) {
            return new Step.Result(new Fetch.Gone("Status " + status));
        }
        if (status == 429) {
            return new Step.Result(new Fetch.RateLimited(head.retryAfter()));
        }
        if (status != 200) {
            return new Step.Result(new Fetch.Failed("Status " + status));
        }
        var type = head.header("content-type").orElse("").toLowerCase(Locale.ROOT);
        try {
            sink.receive(body, length(head), type);
            return new Step.Result(new Fetch.Done());
        } catch (IOException refused) {
            return new Step.Result(new Fetch.Failed(String.valueOf(refused.getMessage())));
        }
    }

    private static OptionalLong length(Reply.Answered head) {
        return head.header("content-length").stream()
                .filter(value -> value.matches("\\d{1,18}"))
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    private static Step redirect(URI from, Optional<String> location) {
        try {
            var to = from.resolve(location.orElse(""));
            var scheme = String.valueOf(to.getScheme());
            if (location.isPresent() && to.getHost() != null && (scheme.equals("https") || scheme.equals("http"))) {
                return new Step.Redirect(to);
            }
        } catch (IllegalArgumentException noUri) {
            // Answered below, as a redirect that leads nowhere.
        }
        return new Step.Result(new Fetch.Failed("A redirect that leads nowhere"));
    }

    private static boolean sameHost(URI one, URI other) {
        return String.valueOf(one.getScheme()).equalsIgnoreCase(other.getScheme())
                && String.valueOf(one.getHost()).equalsIgnoreCase(other.getHost())
                && one.getPort() == other.getPort();
    }
}
