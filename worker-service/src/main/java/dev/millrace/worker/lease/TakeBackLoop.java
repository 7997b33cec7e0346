package dev.millrace.worker.lease;

import dev.millrace.event.JobSignals;
import dev.millrace.job.Ended;
import dev.millrace.lease.TakeBacks;
import dev.millrace.loop.Loop;
import dev.millrace.worker.Phases;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Looks for lost workers every second, as every worker does.
@Component
class TakeBackLoop extends Loop {

    private static final Logger log = LoggerFactory.getLogger(TakeBackLoop.class);

    private final LeaseKeeper lease;
    private final TakeBacks takeBacks;
    private final JobSignals signals;
    private final MeterRegistry meters;

    TakeBackLoop(LeaseKeeper lease, TakeBacks takeBacks, JobSignals signals, MeterRegistry meters) {
        super("take-back", Phases.EXECUTION);
        this.lease = lease;
        this.takeBacks = takeBacks;
        this.signals = signals;
        this.meters = meters;
    }

    @Override
    protected Duration round() {
        if (!lease.mayStart()) {
            return Duration.ofMillis(500);
        }
        var round = takeBacks.takeBack(lease.worker());
        if (!round.nothing()) {
            log.warn(
                    "Took back from lost workers: {} jobs to run again, {} to look up, {} held, {} ended, {} renders,"
                            + " {} deliveries",
                    round.requeued().size(),
                    round.lookedUp().size(),
                    round.held().size(),
                    round.ended().size(),
                    round.renders(),
                    round.deliveries());
            meters.counter("millrace.jobs.taken.back").increment(round.goOn().size());
            signals.ended(round.ended().stream().map(Ended::job).toList());
            round.goOn().forEach(signals::changed);
        }
        // A full round may have left more.
        return round.goOn().size() >= 900 ? Duration.ZERO : Duration.ofSeconds(1);
    }
}
