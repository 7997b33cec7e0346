package dev.millrace.quickstart.platform;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/// A project's folder with jars in the places of the services', each of which answers on its port and prints what it
/// was given.
final class FakeServices {

    /// What the jars run.
    public static final class Program {
        public static void main(String[] arguments) throws IOException {
            System.out.println("arguments=" + String.join(" ", arguments));
            System.out.println("environment=" + System.getenv());
            System.out.println("directory=" + Path.of("").toAbsolutePath());
            int port = arguments[0].equals("--port")
                    ? Integer.parseInt(arguments[1])
                    : Integer.parseInt(System.getenv("SERVER_PORT"));
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10);
            server.createContext("/", exchange -> {
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            server.start();
        }
    }

    private FakeServices() {}

    static Home in(Path folder) throws IOException {
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
