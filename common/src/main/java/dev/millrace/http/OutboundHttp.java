package dev.millrace.http;

import dev.millrace.alarm.Alarms;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/// Blocking HTTP out, for virtual threads. It sends each request once: no retry, no redirect, no cookie, no proxy
/// from the environment, no decompression. What comes back is a value; only bugs are exceptions.
public final class OutboundHttp implements AutoCloseable {

    /// Reads the answer's body while it comes.
    public interface Reader<T> {
        T read(Reply.Answered head, InputStream body) throws IOException;
    }

    /// What a streamed call came to: what its reader made of it, or the reply that kept it from reading.
    public record Streamed<T>(Optional<T> value, Optional<Reply> failure) {}

    private static final int BUFFER = 4 * 1024;

    private final Duration connectTimeout;
    private final CloseableHttpClient pooled;
    private final CloseableHttpClient fresh;
    private final Alarms deadlines = new Alarms("http-deadlines");
    private volatile boolean closed;

    /// How long a call may be silent is said by the call itself.
    ///
    /// @param connections most connections at once, to one host and in all
    /// @param connectTimeout for the TCP and TLS handshake
    public OutboundHttp(int connections, Duration connectTimeout, DnsResolver resolver) {
        this(connections, connectTimeout, connectTimeout, resolver);
    }

    /// @param connectTimeout of calls that name none of their own
    /// @param longestConnect above all that calls name
    public OutboundHttp(int connections, Duration connectTimeout, Duration longestConnect, DnsResolver resolver) {
        this.connectTimeout = connectTimeout;
        this.pooled = client(connections, longestConnect, resolver, true);
        this.fresh = client(connections, longestConnect, resolver, false);
    }

    private static CloseableHttpClient client(
            int connections, Duration connectTimeout, DnsResolver resolver, boolean reuse) {
        // Thousands of calls wait at once: half of the usual buffers is enough for heads and events.
        var connectionFactory = ManagedHttpClientConnectionFactory.builder()
                .http1Config(Http1Config.custom().setBufferSize(BUFFER).build())
                .build();
        var manager = PoolingHttpClientConnectionManagerBuilder.create()
                .setConnectionFactory(connectionFactory)
                .setMaxConnTotal(connections)
                .setMaxConnPerRoute(connections)
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                .setDnsResolver(resolver)
                .setDefaultSocketConfig(
                        SocketConfig.custom().setTcpNoDelay(true).build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(connectTimeout))
                        .setSocketTimeout(Timeout.of(connectTimeout))
                        .setTimeToLive(TimeValue.ofMinutes(10))
                        .setValidateAfterInactivity(TimeValue.ofSeconds(2))
                        .build())
                .build();
        var builder = HttpClientBuilder.create()
                .setConnectionManager(manager)
                .setRequestExecutor(new LastCheckExecutor())
                .setDefaultRequestConfig(RequestConfig.custom()
                        // Each call is watched. A timeout of the socket would say no more, and costs a timer, with
                        // two changes of thread, for each read that waits: for each event of a stream.
                        .setResponseTimeout(Timeout.DISABLED)
                        .setConnectionRequestTimeout(Timeout.of(connectTimeout))
                        .build())
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableContentCompression()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableDefaultUserAgent()
                .setUserAgent("Millrace");
        if (!reuse) {
            builder.setConnectionReuseStrategy((request, response, context) -> false);
        }
        return builder.build();
    }

    /// Sends a call and reads its whole answer, at most [OutboundCall#mostBytes()] of it.
    public Reply send(OutboundCall call) {
        var streamed = stream(call, (head, body) ->
                (Reply) new Reply.Answered(head.status(), head.headers(), body.readNBytes(call.mostBytes())));
        return streamed.value().or(streamed::failure).orElseThrow();
    }

    /// Sends a call and hands its answer to a reader; the deadline holds until the reader is done.
    public <T> Streamed<T> stream(OutboundCall call, Reader<T> reader) {
        return switch (open(call, call.connect().orElse(connectTimeout), call.total())) {
            case Opened.Failed(var reply) -> new Streamed<>(Optional.empty(), Optional.of(reply));
            case Opened.Live(var live) -> read(live, reader);
        };
    }

    private <T> Streamed<T> read(LiveCall live, Reader<T> reader) {
        try (live) {
            try {
                return new Streamed<>(Optional.of(reader.read(live.head(), live.body())), Optional.empty());
            } catch (IOException failure) {
                return new Streamed<>(Optional.empty(), Optional.of(live.lostOrClosed(failure)));
            } catch (RejectedExecutionException | IllegalStateException failure) {
                if (!closed) {
                    throw failure;
                }
                return new Streamed<>(Optional.empty(), Optional.of(new Reply.Lost("closed", false)));
            }
        }
    }

    /// Sends a call and returns as soon as the head of its answer is here. The deadline holds until it is closed.
    ///
    /// @param connect for the connection; where it ends, nothing was sent
    /// @param firstByte from now to the head of the answer, and on until [LiveCall#expectWithin] says otherwise
    public Opened open(OutboundCall call, Duration connect, Duration firstByte) {
        var request = new HttpUriRequestBase(call.method(), call.uri());
        call.headers().forEach(request::addHeader);
        call.body().ifPresent(body -> request.setEntity(new BodyOnce(body)));
        var departure = new Departure(call.lastCheck());
        var context = HttpClientContext.create();
        context.setAttribute(LastCheckExecutor.DEPARTURE, departure);
        var watch = new CallWatch(deadlines, departure, request::cancel, call.total(), connect, firstByte);
        boolean live = false;
        try {
            watch.start();
            var response = (call.freshConnection() ? fresh : pooled).executeOpen(null, request, context);
            var opened = new Opened.Live(new LiveCall(response, watch, call.mostBytes()));
            live = true;
            return opened;
        } catch (LastCheckExecutor.WithheldException withheld) {
            return new Opened.Failed(new Reply.Withheld());
        } catch (IOException failure) {
            return new Opened.Failed(judge(failure, departure, watch));
        } catch (CancellationException cut) {
            // What a call that is cut while it waits for a free slot is told.
            return new Opened.Failed(judge(new IOException("no free slot", cut), departure, watch));
        } catch (RejectedExecutionException | IllegalStateException failure) {
            // What a client that is being closed says to those who still use it.
            if (!closed) {
                throw failure;
            }
            return new Opened.Failed(judge(new IOException("closed", failure), departure, watch));
        } finally {
            if (!live) {
                watch.end();
            }
        }
    }

    private static Reply.Unanswered judge(IOException failure, Departure departure, CallWatch watch) {
        if (departure.hasBegun()) {
            return LiveCall.lost(failure, watch);
        }
        return new Reply.NotSent(
                switch (watch.reason()) {
                    case DEADLINE -> "deadline before the connection stood";
                    case CONNECT, SILENCE -> "connect timeout";
                    case CLOSED -> "closed";
                    case null -> LiveCall.describe(failure);
                });
    }

    @Override
    public void close() {
        closed = true;
        deadlines.close();
        pooled.close(CloseMode.IMMEDIATE);
        fresh.close(CloseMode.IMMEDIATE);
    }
}
