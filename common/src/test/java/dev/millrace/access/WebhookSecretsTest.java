package dev.millrace.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.database.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.springframework.dao.EmptyResultDataAccessException;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WebhookSecretsTest {

    private static final TestDatabase test = TestDatabase.create();
    private static final SecretBox BOX =
            new SecretBox(new Secret(Base64.getEncoder().encodeToString(new byte[32])));
    private static final Secret SECRET = new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    private final WebhookSecrets secrets = new WebhookSecrets(test.database(), BOX);

    @AfterAll
    static void end() {
        test.close();
    }

    @Test
    void many_who_ask_for_a_projects_secret_at_once_ask_the_database_once() throws Exception {
        var project = project(UUID.randomUUID());
        var asking = new ArrayList<FutureTask<Secret>>();
        var threads = new ArrayList<Thread>();
        try (var other = test.source().getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("lock table project in access exclusive mode");
            for (int i = 0; i < 12; i++) {
                var task = new FutureTask<>(() -> secrets.of(project));
                asking.add(task);
                threads.add(Thread.ofPlatform().start(task));
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> threads.stream()
                                            .filter(one -> one.getState() == Thread.State.WAITING)
                                            .count()
                                    == 11
                            && atTheDatabase() > 0);
            assertThat(atTheDatabase()).isEqualTo(1);
            other.rollback();
        }
        for (var task : asking) {
            assertThat(task.get()).isEqualTo(SECRET);
        }
    }

    @Test
    void a_failure_is_told_and_not_kept() {
        var project = UUID.randomUUID();
        assertThatThrownBy(() -> secrets.of(project)).isInstanceOf(EmptyResultDataAccessException.class);
        project(project);
        assertThat(secrets.of(project)).isEqualTo(SECRET);
    }

    private static long atTheDatabase() {
        return test.database()
                .client()
                .sql(
                        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
                .query(Long.class)
                .single();
    }

    private static UUID project(UUID id) {
        test.database()
                .client()
                .sql("insert into project (id, name, webhook_secret) values (:id, 'test', :secret)")
                .param("id", id)
                .param("secret", BOX.seal(id, SECRET))
                .update();
        return id;
    }
}
