package dev.millrace.kafka;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The topics that the services need, made when they are missing: at the start, and again after a broker has lost its
/// data.
public final class Topics {

    /// A topic that must be there.
    public record Wanted(String name, int partitions, int replicas) {
        private NewTopic topic() {
            // What is published is of use for seconds; the row is kept elsewhere.
            return new NewTopic(name, Optional.of(partitions), Optional.of((short) replicas))
                    .configs(Map.of(TopicConfig.RETENTION_MS_CONFIG, Long.toString(TimeUnit.HOURS.toMillis(1))));
        }
    }

    private static final Logger log = LoggerFactory.getLogger(Topics.class);

    private final Admin admin;
    private final List<Wanted> wanted;

    public Topics(Admin admin, List<Wanted> wanted) {
        this.admin = admin;
        this.wanted = List.copyOf(wanted);
    }

    /// Makes what is missing.
    ///
    /// @return whether Kafka answered
    public boolean ensure() throws InterruptedException {
        try {
            var there = admin.listTopics().names().get(5, TimeUnit.SECONDS);
            var missing = wanted.stream()
                    .filter(topic -> !there.contains(topic.name()))
                    .toList();
            if (!missing.isEmpty()) {
                log.info("Making topics {}", missing.stream().map(Wanted::name).toList());
                admin.createTopics(missing.stream().map(Wanted::topic).toList())
                        .all()
                        .get(10, TimeUnit.SECONDS);
            }
            return true;
        } catch (ExecutionException | TimeoutException failure) {
            // Kafka is away, or another service made them at the same moment; the next look tells.
            log.debug("Topics could not be made sure of", failure);
            return false;
        }
    }
}
