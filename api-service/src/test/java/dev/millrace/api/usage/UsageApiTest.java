package dev.millrace.api.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.TestWorker;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import dev.millrace.ledger.UsageRollUp;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class UsageApiTest {

    private final RunningApi api = SharedApi.get();
    private final RunningApi.NewProject project = api.newProject();
    private final ApiClient caller = api.withKey(project.apiKey());
    private final TestWorker worker = api.worker();

    /// A job that used 9 tokens of prompt and 2 of answer.
    private String spend(ApiClient who, @Nullable String cost) {
        var id = who.submitChat();
        var job = worker.claim(id);
        AttemptReport attempt = TestWorker.attempt(AttemptStatus.SUCCEEDED, "succeeded", null, null)
                .costing(null, cost == null ? null : new BigDecimal(cost));
        worker.end(Ending.succeeded(job.id(), job.lease().epoch(), null, null, Optional.of(attempt)));
        return id;
    }

    private JsonNode usage(String query) {
        var reply = caller.get("/v1/usage" + query);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private static String today() {
        return LocalDate.now(ZoneOffset.UTC).toString();
    }

    @Test
    void sums_are_by_day_unless_something_else_is_asked_for() {
        spend(caller, "0.25");
        spend(caller, "0.5");

        var usage = usage("");

        assertThat(usage.path("group_by").asString()).isEqualTo("day");
        assertThat(usage.path("to").asString()).isEqualTo(today());
        assertThat(usage.path("from").asString())
                .isEqualTo(LocalDate.now(ZoneOffset.UTC).minusDays(29).toString());
        assertThat(usage.path("data")).hasSize(1);
        var day = usage.path("data").path(0);
        assertThat(day.path("day").asString()).isEqualTo(today());
        assertThat(day.path("attempts").asInt()).isEqualTo(2);
        assertThat(day.path("tokens_in").asInt()).isEqualTo(18);
        assertThat(day.path("tokens_out").asInt()).isEqualTo(4);
        assertThat(day.path("cost").decimalValue()).isEqualByComparingTo("0.75");
    }

    @Test
    void sums_by_model_have_the_name_that_the_caller_used() {
        spend(caller, "0.25");

        assertThat(usage("?group_by=model").path("data").path(0).path("model").asString())
                .isEqualTo("test-chat");
    }

    @Test
    void sums_by_key_tell_a_projects_keys_apart() {
        var made = api.operator()
                .post("/operator/projects/" + project.id() + "/keys")
                .json();
        var other = api.withKey(made.path("api_key").asString());
        spend(caller, "0.25");
        spend(other, "1");
        spend(other, "1");

        var rows = usage("?group_by=key").path("data");

        assertThat(rows).hasSize(2);
        assertThat(rows.path(0).path("key").asString())
                .isEqualTo(made.path("id").asString());
        assertThat(rows.path(0).path("cost").decimalValue()).isEqualByComparingTo("2");
        assertThat(rows.path(1).path("cost").decimalValue()).isEqualByComparingTo("0.25");
    }

    @Test
    void an_attempt_without_a_price_is_counted_and_costs_nothing_that_is_known() {
        var id = spend(caller, null);

        assertThat(caller.get("/v1/jobs/" + id + "/attempts")
                        .json()
                        .path("data")
                        .path(0)
                        .get("cost")
                        .isNull())
                .isTrue();
        var row = usage("").path("data").path(0);
        assertThat(row.path("attempts_of_unknown_cost").asInt()).isEqualTo(1);
        assertThat(row.path("cost").decimalValue()).isEqualByComparingTo("0");
    }

    @Test
    void the_attempts_of_a_job_show_outcome_and_cost() {
        var id = spend(caller, "0.0000012345");

        var attempt =
                caller.get("/v1/jobs/" + id + "/attempts").json().path("data").path(0);

        assertThat(attempt.path("outcome").asString()).isEqualTo("succeeded");
        assertThat(attempt.path("cost").decimalValue()).isEqualByComparingTo("0.0000012345");
    }

    @Test
    void another_projects_usage_is_nobodys_business() {
        spend(caller, "0.25");

        assertThat(api.newCaller().get("/v1/usage").json().path("data")).isEmpty();
        assertThat(api.newCaller().get("/v1/usage?group_by=key").json().path("data"))
                .isEmpty();
    }

    @Test
    void rolling_up_changes_no_sum() {
        spend(caller, "0.25");
        var before = usage("?group_by=model");

        new UsageRollUp(api.database()).rollUp();

        assertThat(usage("?group_by=model")).isEqualTo(before);
    }

    @Test
    void what_was_spent_is_added_up_while_no_worker_runs() {
        spend(caller, "0.25");
        spend(caller, "0.5");
        var before = usage("?group_by=model");
        assertThat(before.path("data").path(0).path("cost").decimalValue()).isEqualByComparingTo("0.75");

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> entries() == 0);

        assertThat(usage("?group_by=model")).isEqualTo(before);
    }

    private long entries() {
        return api.database()
                .client()
                .sql("select count(*) from usage_entry where project_id = :project")
                .param("project", project.id())
                .query(Long.class)
                .single();
    }

    @Test
    void only_days_of_the_range_are_summed() {
        spend(caller, "0.25");

        assertThat(usage("?from=2026-01-01&to=2026-01-31").path("data")).isEmpty();
        assertThat(usage("?from=" + today() + "&to=" + today()).path("data")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "from=yesterday, from",
        "from=2026-02-30, from",
        "to=0001-01-01, to",
        "from=2026-02-01&to=2026-01-01, from",
        "from=2024-01-01&to=2026-01-01, from",
        "from=2026-01-01&from=2026-01-02, from",
        "group_by=provider, group_by",
        "project=x, project",
    })
    void what_can_not_be_meant_is_refused_by_name(String query, String param) {
        var reply = caller.get("/v1/usage?" + query);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.param()).isEqualTo(param);
    }

    @Test
    void without_a_key_there_is_no_usage() {
        assertThat(api.anybody().get("/v1/usage").status()).isEqualTo(401);
    }
}
