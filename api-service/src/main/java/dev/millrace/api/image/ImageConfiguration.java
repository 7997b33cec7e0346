package dev.millrace.api.image;

import dev.millrace.api.call.CallServlet;
import dev.millrace.api.passthrough.Endpoint;
import dev.millrace.api.passthrough.PassThrough;
import dev.millrace.provider.Adapters;
import dev.millrace.routing.ModelKind;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ImageConfiguration {

    @Bean
    ServletRegistrationBean<CallServlet> pictures(PassThrough passThrough, Adapters adapters) {
        return passThrough.open(new Endpoint(
                "/v1/images/generations",
                ModelKind.IMAGE,
                "pictures",
                ImageScan::new,
                type -> adapters.image(type)
                        .map(adapter -> (target, body, model, mayDrop) -> adapter.generate(target, body, mayDrop))));
    }
}
