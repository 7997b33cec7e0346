package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What a page costs is bounded, also where conditions are common and hardly ever met together.
@DisplayNameGeneration(ReplaceUnderscores.class)
class JobListsTest {

    private static final int STEPS = 10;

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    private final JobLists lists = new JobLists(test.database(), STEPS);
    private final UUID project = jobs.project();

    @AfterAll
    static void end() {
        test.close();
    }

    private JobId job(Map<String, String> metadata) {
        var submission = Submission.chat().in(project);
        for (var pair : metadata.entrySet()) {
            submission = submission.with(pair.getKey(), pair.getValue());
        }
        return jobs.accept(submission);
    }

    private JobLists.Found page(Optional<JobId> after) {
        return lists.newest(
                project, new JobFilter(Optional.empty(), Optional.empty(), Map.of("a", "1", "b", "1"), after, 3), 3);
    }

    private void apart(int pairs) {
        for (int i = 0; i < pairs; i++) {
            job(Map.of("a", "1"));
            job(Map.of("b", "1"));
        }
    }

    @Test
    void a_walk_that_finds_nothing_stops_and_says_where_the_next_page_goes_on() {
        var first = job(Map.of("a", "1", "b", "1"));
        apart(2 * STEPS);
        var middle = job(Map.of("a", "1", "b", "1"));
        apart(STEPS);

        var found = new ArrayList<UUID>();
        var sizes = new ArrayList<Integer>();
        var after = Optional.<JobId>empty();
        do {
            var page = page(after);
            found.addAll(page.ids());
            sizes.add(page.ids().size());
            after = page.goesOnBelow().map(JobId::new);
        } while (after.isPresent());

        assertThat(found).containsExactly(middle.value(), first.value());
        assertThat(sizes)
                .as("pages, the first of which is empty")
                .hasSizeGreaterThan(3)
                .startsWith(0);
    }

    @Test
    void the_next_page_begins_with_the_very_job_at_which_a_walk_stopped() {
        for (int steps = 1; steps <= STEPS; steps++) {
            var narrow = new JobLists(test.database(), steps);
            var both = List.of(job(Map.of("a", "1", "b", "1")), job(Map.of("a", "1", "b", "1")));
            apart(3);
            var found = new ArrayList<UUID>();
            var after = Optional.<JobId>empty();
            do {
                var page = narrow.newest(
                        project,
                        new JobFilter(Optional.empty(), Optional.empty(), Map.of("a", "1", "b", "1"), after, 100),
                        100);
                found.addAll(page.ids());
                after = page.goesOnBelow().map(JobId::new);
            } while (after.isPresent());
            assertThat(found)
                    .as("in %d steps", steps)
                    .doesNotHaveDuplicates()
                    .hasSize(2 * steps)
                    .startsWith(both.get(1).value(), both.get(0).value());
        }
    }
}
