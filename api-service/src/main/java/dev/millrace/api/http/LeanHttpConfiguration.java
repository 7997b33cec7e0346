package dev.millrace.api.http;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.RequestContextFilter;

/// Leaves out what the framework would do for each request and nobody here needs.
@Configuration(proxyBeanMethods = false)
class LeanHttpConfiguration {

    /// The dispatcher does the same for what it serves.
    @Bean
    FilterRegistrationBean<RequestContextFilter> noRequestContextFilter() {
        var registration = new FilterRegistrationBean<>(new RequestContextFilter());
        registration.setEnabled(false);
        return registration;
    }
}
