package dev.millrace.api.accept;

import dev.millrace.database.Database;
import dev.millrace.dispatch.LaneWatch;
import dev.millrace.job.JobAccept;
import dev.millrace.settings.MillraceSettings;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.DispatcherServlet;

@Configuration(proxyBeanMethods = false)
class AcceptConfiguration {

    @Bean
    LaneWatch laneWatch(Database database, MillraceSettings settings) {
        return new LaneWatch(database, settings.dispatch());
    }

    @Bean(destroyMethod = "close")
    AcceptQueue acceptQueue(Database database, MillraceSettings settings, Pace pace, MeterRegistry meters) {
        var queue = new AcceptQueue(
                settings.accept(), items -> pace.betweenCommits(), new MeteredAccept(new JobAccept(database), meters));
        meters.gauge("millrace.accept.waiting", queue, AcceptQueue::waiting);
        return queue;
    }

    @Bean
    ServletRegistrationBean<SubmitServlet> submitServlet(
            SubmissionBodies bodies,
            SubmissionReader reader,
            Intake intake,
            RefusalCounts refusals,
            DispatcherServlet others) {
        var servlet = new SubmitServlet(bodies, reader, intake, refusals, others);
        return new ServletRegistrationBean<>(servlet, SubmitServlet.PATH);
    }
}
