package dev.millrace.worker;

import dev.millrace.core.Start;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/// The working side of Millrace: runs jobs, follows renders, delivers webhooks.
@SpringBootApplication(scanBasePackages = {"dev.millrace.core", "dev.millrace.worker"})
public class WorkerServiceApplication {

    public static void main(String[] arguments) {
        Start.run(WorkerServiceApplication.class, arguments);
    }
}
