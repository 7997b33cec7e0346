package dev.millrace.api.image;

import dev.millrace.api.call.CallBodies;
import dev.millrace.api.call.WholeAnswers;
import dev.millrace.provider.Adapters;
import dev.millrace.routing.Routes;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ImageConfiguration {

    @Bean
    ServletRegistrationBean<ImageServlet> imageServlet(
            CallBodies bodies, Routes routes, Adapters adapters, WholeAnswers wholes) {
        return new ServletRegistrationBean<>(new ImageServlet(bodies, routes, adapters, wholes), ImageServlet.PATH);
    }
}
