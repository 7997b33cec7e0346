package dev.millrace.api;

import dev.millrace.core.Start;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;

/// The HTTP side of Millrace: accepts jobs and answers for them.
@SpringBootApplication
@ComponentScan(
        basePackages = {"dev.millrace.core", "dev.millrace.api"},
        // These live in the management port's context alone.
        excludeFilters =
                @ComponentScan.Filter(type = FilterType.REGEX, pattern = "dev\\.millrace\\.api\\.operator\\..*"))
public class ApiServiceApplication {

    public static void main(String[] arguments) {
        Start.run(ApiServiceApplication.class, arguments);
    }
}
