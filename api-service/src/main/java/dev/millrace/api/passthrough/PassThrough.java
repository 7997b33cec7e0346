package dev.millrace.api.passthrough;

import dev.millrace.api.call.CallBodies;
import dev.millrace.api.call.CallServlet;
import dev.millrace.api.call.WholeAnswers;
import dev.millrace.routing.Routes;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.stereotype.Component;

/// Opens endpoints.
@Component
public final class PassThrough {

    private final CallBodies bodies;
    private final Routes routes;
    private final WholeAnswers wholes;

    PassThrough(CallBodies bodies, Routes routes, WholeAnswers wholes) {
        this.bodies = bodies;
        this.routes = routes;
        this.wholes = wholes;
    }

    public ServletRegistrationBean<CallServlet> open(Endpoint endpoint) {
        var registration = new ServletRegistrationBean<CallServlet>(
                new PassThroughServlet(endpoint, bodies, routes, wholes), endpoint.path());
        // The default is the class's, which is the same for all.
        registration.setName(endpoint.brings());
        return registration;
    }
}
