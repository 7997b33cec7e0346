package dev.millrace.api.chat;

import dev.millrace.api.accept.Intake;
import dev.millrace.api.call.Calls;
import dev.millrace.routing.Routes;
import dev.millrace.settings.MillraceSettings;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ChatConfiguration {

    @Bean
    ServletRegistrationBean<ChatServlet> chatServlet(
            Calls calls,
            Routes routes,
            WholeChat whole,
            StreamedChat streamed,
            Intake intake,
            MillraceSettings settings) {
        return new ServletRegistrationBean<>(
                new ChatServlet(calls, routes, whole, streamed, intake, settings), ChatServlet.PATH);
    }
}
