package dev.millrace.api.limit;

import static dev.millrace.api.limit.LimitedApi.api;
import static dev.millrace.api.limit.LimitedApi.chat;
import static dev.millrace.api.limit.LimitedApi.limited;
import static dev.millrace.api.limit.LimitedApi.number;
import static dev.millrace.api.limit.LimitedApi.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Submissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// How many jobs a project may submit in a minute.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class JobLimitsTest {

    @BeforeEach
    void in_a_new_minute() {
        LimitedApi.clock.turnMinute();
    }

    @Test
    void a_job_beyond_those_of_a_minute_is_refused_until_the_minute_turns_and_nothing_is_stored() {
        var caller = limited("{\"jobs_per_minute\":3}");
        assertThat(caller.post("/v1/jobs", Submissions.chat()).status()).isEqualTo(202);
        assertThat(caller.post("/v1/jobs", Submissions.video()).status()).isEqualTo(202);
        assertThat(caller.with("Prefer", "respond-async")
                        .post(Chats.PATH, Chats.of("plain"))
                        .status())
                .isEqualTo(202);
        double counted = refused("jobs");

        var reply = caller.post("/v1/jobs", Submissions.chat());
        var call = caller.with("Prefer", "respond-async").post(Chats.PATH, Chats.of("plain"));

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.code()).isEqualTo("rate_limit_exceeded");
        assertThat(reply.json().at("/error/type").asString()).isEqualTo("requests");
        assertThat(reply.message()).contains("jobs per min: Limit 3, Used 3, Requested 1. Please try again in ");
        assertThat(number(reply, "retry-after")).isBetween(1L, 60L);
        assertThat(reply.header("x-should-retry")).isEmpty();
        assertThat(call.status()).isEqualTo(429);
        assertThat(refused("jobs")).isEqualTo(counted + 2);
        assertThat(caller.get("/v1/jobs").json().path("data")).hasSize(3);

        LimitedApi.clock.turnMinute();
        assertThat(caller.post("/v1/jobs", Submissions.chat()).status()).isEqualTo(202);
    }

    @Test
    void calls_and_looks_do_not_count() {
        var caller = limited("{\"jobs_per_minute\":1}");

        for (int i = 0; i < 3; i++) {
            assertThat(chat(caller).status()).isEqualTo(200);
            assertThat(caller.get("/v1/jobs").status()).isEqualTo(200);
        }

        assertThat(caller.post("/v1/jobs", Submissions.chat()).status()).isEqualTo(202);
    }

    @Test
    void a_project_at_its_limit_is_not_felt_by_others() {
        var full = limited("{\"jobs_per_minute\":1}");
        var other = limited("{\"jobs_per_minute\":1000}");
        full.post("/v1/jobs", Submissions.chat());

        for (int i = 0; i < 5; i++) {
            assertThat(full.post("/v1/jobs", Submissions.chat()).status()).isEqualTo(429);
            assertThat(other.post("/v1/jobs", Submissions.chat()).status()).isEqualTo(202);
            assertThat(api.newCaller().post("/v1/jobs", Submissions.chat()).status())
                    .isEqualTo(202);
        }
    }
}
