package dev.millrace.api.chat;

import dev.millrace.api.accept.Intake;
import dev.millrace.api.accept.SubmissionBodies;
import dev.millrace.api.call.CallBodies;
import dev.millrace.api.call.WholeAnswers;
import dev.millrace.provider.Adapters;
import dev.millrace.routing.Routes;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ChatConfiguration {

    @Bean
    ServletRegistrationBean<ChatServlet> chatServlet(
            CallBodies bodies,
            Routes routes,
            Adapters adapters,
            WholeAnswers wholes,
            StreamedChat streamed,
            SubmissionBodies submissions,
            Intake intake) {
        return new ServletRegistrationBean<>(
                new ChatServlet(bodies, routes, adapters, wholes, streamed, submissions, intake), ChatServlet.PATH);
    }
}
