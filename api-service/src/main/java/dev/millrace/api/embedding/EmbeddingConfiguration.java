package dev.millrace.api.embedding;

import dev.millrace.api.call.CallBodies;
import dev.millrace.api.call.WholeAnswers;
import dev.millrace.provider.Adapters;
import dev.millrace.routing.Routes;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class EmbeddingConfiguration {

    @Bean
    ServletRegistrationBean<EmbeddingServlet> embeddingServlet(
            CallBodies bodies, Routes routes, Adapters adapters, WholeAnswers wholes) {
        return new ServletRegistrationBean<>(
                new EmbeddingServlet(bodies, routes, adapters, wholes), EmbeddingServlet.PATH);
    }
}
