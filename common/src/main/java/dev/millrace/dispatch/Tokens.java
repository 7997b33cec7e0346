package dev.millrace.dispatch;

import dev.millrace.kafka.Publisher;
import java.util.List;

/// Publishes the tokens of jobs whose dispatch is committed.
public final class Tokens {

    private final Publisher publisher;

    public Tokens(Publisher publisher) {
        this.publisher = publisher;
    }

    public void publish(Dispatched job) {
        publisher.publish(Lane.topic(job.kind()), Token.write(job.job()));
    }

    public void publish(List<Dispatched> jobs) {
        jobs.forEach(this::publish);
    }
}
