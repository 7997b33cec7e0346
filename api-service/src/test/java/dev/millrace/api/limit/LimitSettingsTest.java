package dev.millrace.api.limit;

import static dev.millrace.api.limit.LimitedApi.api;
import static dev.millrace.api.limit.LimitedApi.change;
import static dev.millrace.api.limit.LimitedApi.chat;
import static dev.millrace.api.limit.LimitedApi.limitedProject;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An operator sets limits, and changes them while calls go on.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LimitSettingsTest {

    /// After which no call goes on with what was known of a project.
    private static final Duration SECONDS = Duration.ofSeconds(6);

    @BeforeEach
    void in_a_new_minute() {
        LimitedApi.clock.turnMinute();
    }

    @Test
    void a_limit_that_was_raised_is_in_force_within_seconds_and_in_the_same_minute() {
        var project = limitedProject("{\"requests_per_minute\":1}");
        var caller = api.api().withKey(project.apiKey());
        chat(caller);
        assertThat(chat(caller).status()).isEqualTo(429);

        change(project.id(), "{\"requests_per_minute\":1000}");
        LimitedApi.clock.skip(SECONDS);

        for (int i = 0; i < 5; i++) {
            assertThat(chat(caller).status()).isEqualTo(200);
        }
    }

    @Test
    void a_limit_that_was_removed_is_gone_within_seconds() {
        var project = limitedProject("{\"requests_per_minute\":1}");
        var caller = api.api().withKey(project.apiKey());
        chat(caller);

        change(project.id(), "{\"requests_per_minute\":null}");
        LimitedApi.clock.skip(SECONDS);

        for (int i = 0; i < 3; i++) {
            assertThat(chat(caller).status()).isEqualTo(200);
        }
    }

    @Test
    void the_operator_sees_the_limits_and_sets_each_by_itself() {
        var operator = api.api().operator();
        var id =
                UUID.fromString(operator.post("/operator/projects", "{\"name\":\"limited\",\"requests_per_minute\":60}")
                        .id());

        change(id, "{\"tokens_per_minute\":5000}");
        var changed = change(id, "{\"jobs_per_minute\":70,\"most_stored_bytes\":9007199254740991}")
                .json();
        var budgeted = change(id, "{\"budget\":10}").json();
        var shown = operator.get("/operator/projects/" + id).json();

        for (var project : List.of(changed, budgeted, shown)) {
            assertThat(project.path("requests_per_minute").asInt()).isEqualTo(60);
            assertThat(project.path("tokens_per_minute").asInt()).isEqualTo(5_000);
            assertThat(project.path("jobs_per_minute").asInt()).isEqualTo(70);
            assertThat(project.path("most_stored_bytes").asLong()).isEqualTo(9_007_199_254_740_991L);
        }
        assertThat(change(id, "{\"requests_per_minute\":null}")
                        .json()
                        .path("requests_per_minute")
                        .isNull())
                .isTrue();
        assertThat(operator.get("/operator/projects/" + id)
                        .json()
                        .at("/budget/monthly")
                        .asInt())
                .isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5", "\"60\"", "1000000001", "99999999999999999999", "true", "[]"})
    void a_limit_per_minute_that_is_none_is_refused_by_name(String value) {
        var project = api.api().newProject();
        for (var name : new String[] {"requests_per_minute", "tokens_per_minute", "jobs_per_minute"}) {
            var reply = change(project.id(), "{\"%s\":%s}".formatted(name, value));
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.param()).isEqualTo(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5", "\"60\"", "9007199254740992", "99999999999999999999", "true", "[]"})
    void a_limit_of_what_is_stored_that_is_none_is_refused_by_name(String value) {
        var reply = change(api.api().newProject().id(), "{\"most_stored_bytes\":%s}".formatted(value));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.param()).isEqualTo("most_stored_bytes");
    }

    @Test
    void a_change_of_nothing_and_one_of_no_project_are_refused() {
        assertThat(change(api.api().newProject().id(), "{}").status()).isEqualTo(400);
        assertThat(change(UUID.randomUUID(), "{\"requests_per_minute\":5}").status())
                .isEqualTo(404);
    }
}
