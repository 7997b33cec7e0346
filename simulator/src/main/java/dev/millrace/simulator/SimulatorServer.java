package dev.millrace.simulator;

import dev.millrace.simulator.anthropic.AnthropicFormat;
import dev.millrace.simulator.control.Control;
import dev.millrace.simulator.desk.Desk;
import dev.millrace.simulator.desk.World;
import dev.millrace.simulator.gemini.GeminiFormat;
import dev.millrace.simulator.gemini.OAuthFormat;
import dev.millrace.simulator.http.HttpServer;
import dev.millrace.simulator.openai.OpenAiFormat;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/// A running simulator: the provider endpoints and, under `/sim`, those of its own.
public final class SimulatorServer implements AutoCloseable {

    private final HttpServer server;

    private SimulatorServer(HttpServer server) {
        this.server = server;
    }

    /// Starts on the loopback address.
    ///
    /// @param port 0 for any free one
    /// @throws java.net.BindException if the port is taken
    public static SimulatorServer start(int port) throws IOException {
        return start("127.0.0.1", port);
    }

    /// Starts on an address of this machine.
    ///
    /// @param host the name or address to listen on
    /// @param port 0 for any free one
    /// @throws java.net.BindException         if the port is taken or the address is not this machine's
    /// @throws java.net.UnknownHostException  if the host has no address
    public static SimulatorServer start(String host, int port) throws IOException {
        World world = World.fresh();
        Desk desk = new Desk(
                world,
                List.of(
                        new AnthropicFormat(),
                        new OAuthFormat(),
                        new GeminiFormat(world.renders()),
                        new OpenAiFormat(world.renders())));
        Control control = new Control(world);
        return new SimulatorServer(HttpServer.start(
                InetAddress.getByName(host),
                port,
                (connection, head) ->
                        Control.isFor(head) ? control.handle(connection, head) : desk.handle(connection, head)));
    }

    public int port() {
        return server.address().getPort();
    }

    /// Where the simulator's own endpoints are, without a slash at the end: `http://127.0.0.1:8090`.
    public String baseUrl() {
        InetSocketAddress address = server.address();
        String host = address.getAddress().isAnyLocalAddress()
                ? "127.0.0.1"
                : address.getAddress().getHostAddress();
        return "http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    /// The base URL of one provider as an OpenAI client wants it: `http://127.0.0.1:8090/p/alpha/v1`.
    public String openAiUrl(String provider) {
        return baseUrl() + "/p/" + provider + "/v1";
    }

    /// The base URL of one provider as Anthropic's and Google's clients want it: `http://127.0.0.1:8090/p/alpha`.
    public String providerUrl(String provider) {
        return baseUrl() + "/p/" + provider;
    }

    /// Stops listening and cuts every connection.
    @Override
    public void close() {
        server.close();
    }
}
