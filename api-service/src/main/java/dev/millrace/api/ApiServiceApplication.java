package dev.millrace.api;

import dev.millrace.core.Start;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.ComponentScan;

/// The HTTP side of Millrace: accepts jobs and answers for them.
@SpringBootApplication
@ComponentScan({"dev.millrace.core", "dev.millrace.api"})
public class ApiServiceApplication {

    public static void main(String[] arguments) {
        Start.run(ApiServiceApplication.class, arguments);
    }
}
