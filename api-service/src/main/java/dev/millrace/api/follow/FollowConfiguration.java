package dev.millrace.api.follow;

import dev.millrace.event.JobSignals;
import dev.millrace.kafka.Broadcast;
import dev.millrace.kafka.KafkaWatch;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class FollowConfiguration {

    static final String SIGNALS = "signals";

    /// Every instance reads them all, since anybody may wait here for any job. One that is missed is made up for by the
    /// [Sweep].
    @Bean(SIGNALS)
    Broadcast signals(KafkaProperties kafka, KafkaWatch watch, Waits waits) {
        return Broadcast.of(JobSignals.TOPIC, kafka, watch, waits::signalled);
    }
}
