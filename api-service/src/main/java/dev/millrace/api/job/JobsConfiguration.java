package dev.millrace.api.job;

import dev.millrace.database.Database;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobHistory;
import dev.millrace.job.JobQueries;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class JobsConfiguration {

    @Bean
    JobQueries jobQueries(Database database) {
        return new JobQueries(database);
    }

    @Bean
    JobHistory jobHistory(Database database) {
        return new JobHistory(database);
    }

    @Bean
    JobCancels jobCancels(Database database) {
        return new JobCancels(database);
    }
}
