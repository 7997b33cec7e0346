package dev.millrace.api.limit;

import static dev.millrace.api.limit.LimitedApi.api;
import static dev.millrace.api.limit.LimitedApi.limitedProject;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.RunningApi;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// A limit holds over all instances together.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SharedLimitsTest {

    /// What the provider says that each call has used.
    private static final int TOKENS = 15;

    @Test
    void two_instances_together_pass_a_limit_by_at_most_a_twentieth() throws Exception {
        int limit = 200;
        assertThat(served("{\"requests_per_minute\":" + limit + "}", limit))
                .isBetween(limit * 95 / 100, limit * 105 / 100);
    }

    @Test
    void nor_do_they_pass_a_limit_of_tokens_while_many_calls_are_under_way() throws Exception {
        int limit = 3_000;
        int served = served("{\"tokens_per_minute\":" + limit + "}", limit / TOKENS);
        assertThat(served * TOKENS).isBetween(limit * 90 / 100, limit * 105 / 100);
    }

    /// How many calls of a project both instances serve in a minute.
    private static int served(String limits, int most) throws Exception {
        var environment = api.api().context().getEnvironment();
        try (var second = RunningApi.startOn(
                environment.getRequiredProperty("spring.datasource.url"),
                Path.of(environment.getRequiredProperty("millrace.asset.root")),
                LimitedApi.clock,
                LimitedApi.provider.settings())) {
            LimitedApi.clock.turnMinute();
            var project = limitedProject(limits);
            var takers = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < 3; i++) {
                takers.add(() -> served(api.api().withKey(project.apiKey()), most));
                takers.add(() -> served(second.withKey(project.apiKey()), most));
            }
            int served = 0;
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var taker : threads.invokeAll(takers)) {
                    served += taker.get();
                }
            }
            return served;
        }
    }

    /// Calls until it is refused.
    private static int served(ApiClient caller, int most) {
        int served = 0;
        while (served <= most && caller.post(Chats.PATH, Chats.of("boastful")).status() == 200) {
            served++;
        }
        return served;
    }
}
