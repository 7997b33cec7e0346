package dev.millrace.benchmarks.passthrough;

import java.net.URI;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/// The pass-through as a program: Spring MVC on virtual threads, HttpClient with a connection for each call.
@Configuration(proxyBeanMethods = false)
@Import(PassThrough.class)
@ImportAutoConfiguration({
    TomcatServletWebServerAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class,
    WebMvcAutoConfiguration.class,
    HttpMessageConvertersAutoConfiguration.class
})
public class PassThroughProgram {

    private static final int MOST_CONNECTIONS = 10_000;

    /// @param port     of 127.0.0.1; 0 takes a free one
    /// @param upstream the base address of the provider
    public static ConfigurableApplicationContext run(int port, String upstream) {
        return new SpringApplicationBuilder(PassThroughProgram.class)
                .logStartupInfo(false)
                .run(
                        "--server.port=" + port,
                        "--server.address=127.0.0.1",
                        "--server.tomcat.max-connections=" + MOST_CONNECTIONS,
                        "--server.tomcat.accept-count=1024",
                        "--server.tomcat.processor-cache=2048",
                        "--server.tomcat.max-keep-alive-requests=-1",
                        "--spring.threads.virtual.enabled=true",
                        "--spring.main.banner-mode=off",
                        // None but these, whatever else is on the class path.
                        "--spring.config.location=optional:classpath:/pass-through/",
                        "--logging.level.root=warn",
                        "--upstream=" + upstream);
    }

    @Bean
    URI upstream(@Value("${upstream}") String base) {
        return URI.create(base + "/v1/chat/completions");
    }

    @Bean
    CloseableHttpClient http() {
        return HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnTotal(MOST_CONNECTIONS)
                        .setMaxConnPerRoute(MOST_CONNECTIONS)
                        .build())
                .disableAutomaticRetries()
                .disableContentCompression()
                .build();
    }
}
