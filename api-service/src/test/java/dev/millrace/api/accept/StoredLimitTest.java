package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.Submissions;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// A project whose files are as large together as they may be gets no more of them.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StoredLimitTest {

    private static final Duration COUNTED = Duration.ofSeconds(60);

    private final RunningApi api = SharedApi.get();
    private final RunningApi.NewProject project = api.newProject();
    private final ApiClient caller = api.withKey(project.apiKey());

    private void limit(String bytes) {
        assertThat(api.operator()
                        .call(
                                "PATCH",
                                "/operator/projects/" + project.id(),
                                HttpRequest.BodyPublishers.ofString("{\"most_stored_bytes\":" + bytes + "}"),
                                Map.of("Content-Type", "application/json"))
                        .status())
                .isEqualTo(200);
    }

    private void store(long bytes) {
        api.database()
                .client()
                .sql("""
                        insert into asset (job_id, attempt, project_id, path, content_type, bytes, sha256)
                        values (:id, 1, :project, 'x', 'video/mp4', :bytes, sha256(''))
                        """)
                .param("id", UUID.randomUUID())
                .param("project", project.id())
                .param("bytes", bytes)
                .update();
    }

    private Reply video(ApiClient caller) {
        return caller.post("/v1/jobs", Submissions.video());
    }

    private void awaitVideo(int status) {
        Awaitility.await().atMost(COUNTED).until(() -> video(caller).status() == status);
    }

    @Test
    void renders_are_refused_until_files_have_gone_and_chats_go_on() {
        limit("1000");
        store(400);
        store(600);
        awaitVideo(429);

        var refused = video(caller);

        assertThat(refused.code()).isEqualTo("too_many_bytes_stored");
        assertThat(refused.header("retry-after")).isPresent();
        assertThat(caller.post("/v1/jobs", Submissions.chat()).status()).isEqualTo(202);
        assertThat(video(api.newCaller()).status()).isEqualTo(202);

        api.database()
                .client()
                .sql("delete from asset where project_id = :project and bytes = 400")
                .param("project", project.id())
                .update();
        awaitVideo(202);
    }

    @Test
    void a_submission_that_was_accepted_before_is_answered_with_its_job_all_the_same() {
        var keyed = caller.with("Idempotency-Key", "before-it-was-full");
        var before = keyed.post("/v1/jobs", Submissions.video());
        limit("1000");
        store(1_000);
        awaitVideo(429);

        var again = keyed.post("/v1/jobs", Submissions.video());

        assertThat(again.status()).isEqualTo(202);
        assertThat(again.id()).isEqualTo(before.id());
        assertThat(again.header("idempotent-replayed")).hasValue("true");
        assertThat(caller.with("Idempotency-Key", "another")
                        .post("/v1/jobs", Submissions.video())
                        .status())
                .isEqualTo(429);
    }

    @Test
    void a_limit_that_was_raised_or_removed_holds_no_longer() {
        limit("1000");
        store(1_500);
        awaitVideo(429);

        limit("1501");
        awaitVideo(202);
        limit("1500");
        awaitVideo(429);
        limit("null");
        awaitVideo(202);
    }
}
