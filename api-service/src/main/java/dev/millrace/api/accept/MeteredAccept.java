package dev.millrace.api.accept;

import dev.millrace.batch.Combiner;
import dev.millrace.job.Acceptance;
import dev.millrace.job.JobAccept;
import dev.millrace.job.JobKind;
import dev.millrace.job.NewJob;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Counts what is committed, how much of it at once, and how long a commit takes.
final class MeteredAccept implements Combiner.Batch<NewJob, Acceptance> {

    private final JobAccept accept;
    private final DistributionSummary sizes;
    private final Timer commits;
    private final Map<JobKind, Counter> accepted = new EnumMap<>(JobKind.class);

    MeteredAccept(JobAccept accept, MeterRegistry meters) {
        this.accept = accept;
        this.sizes = DistributionSummary.builder("millrace.accept.batch.size")
                .description("Submissions in one commit")
                .publishPercentileHistogram()
                .maximumExpectedValue(1_024.0)
                .register(meters);
        this.commits = Timer.builder("millrace.accept.commit")
                .description("From a batch's statement to its commit")
                .publishPercentileHistogram()
                .register(meters);
        for (var kind : JobKind.values()) {
            accepted.put(
                    kind,
                    Counter.builder("millrace.jobs.accepted")
                            .description("Jobs committed")
                            .tag("kind", kind.word())
                            .register(meters));
        }
    }

    @Override
    public List<Acceptance> write(List<NewJob> jobs) {
        sizes.record(jobs.size());
        var answers = commits.record(() -> accept.write(jobs));
        if (answers == null) {
            throw new IllegalStateException("A batch was written without an answer");
        }
        for (int i = 0; i < jobs.size(); i++) {
            if (answers.get(i) instanceof Acceptance.Accepted) {
                var counter = accepted.get(jobs.get(i).kind());
                if (counter != null) {
                    counter.increment();
                }
            }
        }
        return answers;
    }

    @Override
    public boolean splits(RuntimeException failure) {
        return accept.splits(failure);
    }
}
