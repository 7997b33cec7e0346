package dev.millrace.http;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Judges the text of a URL that a user names, without asking DNS: what it resolves to is judged when it is called.
///
/// @param allowHttp whether plain `http` is allowed, for development
/// @param guard judges literal addresses
public record UserUrl(boolean allowHttp, AddressGuard guard) {

    private static final int LONGEST = 2_048;
    private static final Pattern VISIBLE_ASCII = Pattern.compile("[\\x21-\\x7e&&[^\\\\]]+");
    static final Pattern DOTTED_QUAD =
            Pattern.compile("(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}");
    private static final Pattern NAME =
            Pattern.compile("([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.?");
    private static final List<String> LOCAL_NAMES = List.of("localhost", "local", "internal", "svc");

    /// @return why the URL is not allowed; empty if it is
    public Optional<String> objection(String url) {
        if (url.length() > LONGEST) {
            return Optional.of("is longer than " + LONGEST + " characters");
        }
        if (!VISIBLE_ASCII.matcher(url).matches()) {
            return Optional.of("must be ASCII without spaces, control characters or backslashes");
        }
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException broken) {
            return Optional.of("is not a URL");
        }
        var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !(allowHttp && scheme.equals("http"))) {
            return Optional.of(allowHttp ? "must begin with https:// or http://" : "must begin with https://");
        }
        if (uri.getRawUserInfo() != null) {
            return Optional.of("must not hold a user name or password");
        }
        if (uri.getRawFragment() != null) {
            return Optional.of("must not have a fragment");
        }
        if (uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > 65_535) {
            return Optional.of("must name a host");
        }
        return host(uri.getHost().toLowerCase(Locale.ROOT));
    }

    private Optional<String> host(String host) {
        if (host.startsWith("[")) {
            return literal(host.substring(1, host.length() - 1));
        }
        if (DOTTED_QUAD.matcher(host).matches()) {
            return literal(host);
        }
        var name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        var last = name.substring(name.lastIndexOf('.') + 1);
        if (LOCAL_NAMES.contains(last)) {
            return Optional.of("must not name a local host");
        }
        if (!NAME.matcher(host).matches() || last.chars().allMatch(Character::isDigit) || last.startsWith("0x")) {
            return Optional.of("must name a host with a dot, or a canonical address");
        }
        return Optional.empty();
    }

    private Optional<String> literal(String address) {
        try {
            return guard.permits(InetAddress.getByName(address))
                    ? Optional.empty()
                    : Optional.of("names an address that is not allowed");
        } catch (UnknownHostException broken) {
            return Optional.of("is not a URL");
        }
    }
}
