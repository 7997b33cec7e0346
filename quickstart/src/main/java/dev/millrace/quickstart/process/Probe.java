package dev.millrace.quickstart.process;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;

/// Asks a health address how it is.
public final class Probe {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private Probe() {}

    /// The status that a GET of `address` is answered with, or 0 if nothing answers within 2 s.
    public static int status(URI address) {
        try {
            // Never through a proxy: these addresses are of this machine.
            var connection = (HttpURLConnection) address.toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout((int) PATIENCE.toMillis());
            connection.setReadTimeout((int) PATIENCE.toMillis());
            connection.setInstanceFollowRedirects(false);
            try {
                return connection.getResponseCode();
            } finally {
                connection.disconnect();
            }
        } catch (IOException noAnswer) {
            return 0;
        }
    }
}
