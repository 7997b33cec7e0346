package dev.millrace.api.embedding;

import dev.millrace.api.call.CallServlet;
import dev.millrace.api.passthrough.Endpoint;
import dev.millrace.api.passthrough.PassThrough;
import dev.millrace.provider.Adapters;
import dev.millrace.routing.ModelKind;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class EmbeddingConfiguration {

    @Bean
    ServletRegistrationBean<CallServlet> embeddings(PassThrough passThrough, Adapters adapters) {
        return passThrough.open(new Endpoint(
                "/v1/embeddings",
                ModelKind.EMBEDDING,
                "embeddings",
                EmbeddingScan::new,
                type -> adapters.embedding(type).map(adapter -> adapter::embed)));
    }
}
