package dev.millrace.api.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.Submissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ListingTest {

    private final RunningApi api = SharedApi.get();
    private final ApiClient caller = api.newCaller();

    @Test
    void a_project_without_jobs_has_an_empty_page() {
        var page = caller.get("/v1/jobs");

        assertThat(page.text())
                .isEqualTo("{\"object\":\"list\",\"data\":[],\"first_id\":null,\"last_id\":null,\"has_more\":false}");
    }

    @Test
    void jobs_come_newest_first_twenty_to_a_page() {
        var ids = submit(22);

        var first = caller.get("/v1/jobs");
        var second = caller.get("/v1/jobs?after=" + first.json().path("last_id").asString());

        assertThat(ids(first)).isEqualTo(ids.reversed().subList(0, 20));
        assertThat(first.json().path("first_id").asString()).isEqualTo(ids.getLast());
        assertThat(first.json().path("has_more").asBoolean()).isTrue();
        assertThat(ids(second)).isEqualTo(ids.reversed().subList(20, 22));
        assertThat(second.json().path("has_more").asBoolean()).isFalse();
    }

    @Test
    void pages_put_together_are_the_whole_whatever_their_size() {
        var ids = submit(7);
        for (int limit : new int[] {1, 2, 3, 7, 100}) {
            var seen = new ArrayList<String>();
            var page = caller.get("/v1/jobs?limit=" + limit);
            seen.addAll(ids(page));
            while (page.json().path("has_more").asBoolean()) {
                page = caller.get("/v1/jobs?limit=" + limit + "&after="
                        + page.json().path("last_id").asString());
                seen.addAll(ids(page));
            }
            assertThat(seen).as("in pages of " + limit).isEqualTo(ids.reversed());
        }
    }

    @Test
    void a_job_that_changes_while_it_is_paged_through_is_neither_lost_nor_shown_twice() {
        var ids = submit(4);
        var first = caller.get("/v1/jobs?limit=2");
        var worker = api.worker();
        worker.succeed(worker.claim(ids.get(1)), "{}", null);

        var second = caller.get(
                "/v1/jobs?limit=2&after=" + first.json().path("last_id").asString());

        assertThat(ids(second)).containsExactly(ids.get(1), ids.get(0));
    }

    @Test
    void a_list_can_be_narrowed_by_kind() {
        var chat = caller.submitChat();
        var video = caller.submitVideo();

        assertThat(ids(caller.get("/v1/jobs?kind=chat"))).containsExactly(chat);
        assertThat(ids(caller.get("/v1/jobs?kind=video"))).containsExactly(video);
    }

    @Test
    void a_list_can_be_narrowed_by_status() {
        var worker = api.worker();
        var queued = caller.submitChat();
        var running = caller.submitChat();
        worker.claim(running);
        var succeeded = caller.submitChat();
        worker.succeed(worker.claim(succeeded), "{}", null);
        var failed = caller.submitVideo();
        worker.fail(worker.claim(failed), "provider_error", "x", "x");
        var cancelled = caller.submitChat();
        caller.post("/v1/jobs/" + cancelled + "/cancel");
        var expired = caller.submitVideo();
        worker.expire(worker.claim(expired), "render_timeout", "It took too long.");

        assertThat(ids(caller.get("/v1/jobs?status=queued"))).containsExactly(queued);
        assertThat(ids(caller.get("/v1/jobs?status=running"))).containsExactly(running);
        assertThat(ids(caller.get("/v1/jobs?status=succeeded"))).containsExactly(succeeded);
        assertThat(ids(caller.get("/v1/jobs?status=failed"))).containsExactly(failed);
        assertThat(ids(caller.get("/v1/jobs?status=cancelled"))).containsExactly(cancelled);
        assertThat(ids(caller.get("/v1/jobs?status=expired"))).containsExactly(expired);
        assertThat(ids(caller.get("/v1/jobs?status=failed&kind=chat"))).isEmpty();
    }

    @Test
    void a_list_can_be_narrowed_by_metadata_and_every_pair_counts() {
        var one = submitWith("{\"customer\":\"7\",\"region\":\"north & south\"}");
        var two = submitWith("{\"customer\":\"7\",\"region\":\"west\"}");
        submitWith("{\"customer\":\"8\"}");

        assertThat(ids(caller.get("/v1/jobs?metadata%5Bcustomer%5D=7"))).containsExactly(two, one);
        assertThat(ids(caller.get("/v1/jobs?metadata%5Bcustomer%5D=7&metadata%5Bregion%5D=north+%26+south")))
                .containsExactly(one);
        assertThat(ids(caller.get("/v1/jobs?metadata%5Bcustomer%5D=7&kind=video")))
                .isEmpty();
        assertThat(ids(caller.get("/v1/jobs?metadata%5Bcustomer%5D=7&status=queued&limit=1")))
                .containsExactly(two);
        assertThat(ids(caller.get("/v1/jobs?metadata%5Bcustomer%5D=9"))).isEmpty();
    }

    @Test
    void a_filter_is_data_and_never_part_of_a_query() {
        submitWith("{\"customer\":\"7\"}");

        assertThat(ids(caller.get("/v1/jobs?metadata%5Bcustomer%5D=7%27%20or%20%271%27%3D%271")))
                .isEmpty();
        assertThat(ids(caller.get("/v1/jobs?metadata%5B%27%20or%20true--%5D=7")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, limit",
        "limit=101, limit",
        "limit=-1, limit",
        "limit=ten, limit",
        "limit=, limit",
        "limit=1&limit=2, limit",
        "kind=audio, kind",
        "kind=CHAT, kind",
        "status=done, status",
        "after=job_1, after",
        "after=' ', after",
        "stauts=failed, stauts",
        "metadata=7, metadata",
        "metadata%5B%5D=7, metadata[]",
        "metadata%5Ba%5D=%00, metadata[a]"
    })
    void a_query_that_is_not_understood_is_refused_by_name(String query, String param) {
        var reply = caller.get("/v1/jobs?" + query.replace(" ", "%20"));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.param()).isEqualTo(param);
    }

    private List<String> submit(int count) {
        var ids = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            ids.add(i % 3 == 0 ? caller.submitVideo() : caller.submitChat());
        }
        return ids;
    }

    private String submitWith(String metadata) {
        return caller.post("/v1/jobs", Submissions.chat(",\"metadata\":" + metadata))
                .id();
    }

    private static List<String> ids(Reply page) {
        assertThat(page.status()).isEqualTo(200);
        return StreamSupport.stream(page.json().path("data").spliterator(), false)
                .map(job -> job.path("id").asString())
                .toList();
    }
}
