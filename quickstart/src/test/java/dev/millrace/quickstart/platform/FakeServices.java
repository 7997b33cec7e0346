package dev.millrace.quickstart.platform;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/// A project's folder with jars in the places of the services', each of which answers on its port and prints what it
/// was given.
public final class FakeServices {

    /// What the jars run.
    public static final class Program {
        public static void main(String[] arguments) throws IOException {
            System.out.println("arguments=" + String.join(" ", arguments));
            System.out.println("environment=" + System.getenv());
            System.out.println("directory=" + Path.of("").toAbsolutePath());
            int port = arguments[0].equals("--port")
                    ? Integer.parseInt(arguments[1])
                    : Integer.parseInt(System.getenv("SERVER_PORT"));
            listen(port, arguments);
            if (System.getenv("MANAGEMENT_SERVER_PORT") != null) {
                listen(Integer.parseInt(System.getenv("MANAGEMENT_SERVER_PORT")), arguments);
            }
        }

        /// Answers everything with what is a project and a job that failed, which is all that the commands need to see,
        /// and says what it was asked.
        private static void listen(int port, String[] arguments) throws IOException {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10);
            server.createContext("/", exchange -> {
                var wrongKey = exchange.getRequestURI().getPath().startsWith("/operator")
                        && !("Bearer " + System.getenv("MILLRACE_OPERATOR_KEY"))
                                .equals(exchange.getRequestHeaders().getFirst("Authorization"));
                System.out.println(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                        + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                var body = """
                        {"id":"project_1","name":"demo","api_key":"mr_%s","webhook_secret":"whsec_MQ==",
                         "kind":"chat","status":"failed","error":{"code":"upstream_error","message":"No luck."},"data":[
                          {"job":"job_1","project_id":"project_1","attempt":1,"reason":"create_unknown","since":0,
                           "provider":"simulator","provider_model":"sim-video","model":"sim-video",
                           "intent_at":60,"provider_request_id":"req_7"}]}""".formatted(System.nanoTime()).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(wrongKey ? 401 : 200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
        }
    }

    private FakeServices() {}

    public static Home in(Path folder) throws IOException {
        for (var module : new String[] {"simulator", "api-service", "worker-service"}) {
            var target = Files.createDirectories(folder.resolve(module).resolve("target"));
            packageInto(target.resolve(module + "-1.0-exec.jar"));
        }
        return new Home(folder);
    }

    private static void packageInto(Path jar) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Program.class.getName());
        try (var file = Files.newOutputStream(jar);
                var out = new JarOutputStream(file, manifest)) {
            var name = Program.class.getName().replace('.', '/') + ".class";
            out.putNextEntry(new JarEntry(name));
            try (var bytes = Program.class.getClassLoader().getResourceAsStream(name)) {
                bytes.transferTo(out);
            }
        }
    }
}
