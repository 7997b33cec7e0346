package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.access.ApiKeys;
import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.api.fixture.SkippingClock;
import dev.millrace.api.fixture.StoppablePostgres;
import dev.millrace.api.fixture.Submissions;
import dev.millrace.ledger.Accounts;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// PostgreSQL not there yet, gone, and silent; for real. One service and one server are taken through all of it.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DatabaseAwayTest {

    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Duration BACK = Duration.ofSeconds(10);

    /// Of a call that needs no database, against the second and more that a database that is away keeps its callers.
    private static final Duration WITHOUT = Duration.ofSeconds(1);

    /// Longer than a key is kept.
    private static final Duration UNUSED = Duration.ofSeconds(10);

    @TempDir
    private static Path folder = Path.of("");

    @TempDir
    private static Path assets = Path.of("");

    private static final SkippingClock clock = new SkippingClock();

    private static StoppablePostgres postgres;
    private static SimulatedApi simulated;
    private static RunningApi api;

    /// What the service answered before there was a database.
    private static Early early;

    /// @param job      to a submission with a key that nobody can look up yet
    /// @param operator to an operator who makes a project
    private record Early(int live, Reply readiness, Timed job, Timed operator) {}

    private record Timed(Reply reply, Duration took) {
        static Timed of(Supplier<Reply> call) {
            long began = System.nanoTime();
            var reply = call.get();
            return new Timed(reply, Duration.ofNanos(System.nanoTime() - began));
        }
    }

    @BeforeAll
    static void start_the_service_first() throws IOException {
        // Run by root, PostgreSQL runs as somebody else.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        postgres = new StoppablePostgres(folder);
        // One writer that takes one at a time: what waits for a commit can be told from what is on its way.
        simulated = new SimulatedApi.Setup()
                .route("chat", "sim-chat")
                .set("prices.table[0].of", "chat")
                .set("prices.table[0].out", "1")
                .set("accept.writers", "1")
                .set("accept.most-batch", "1")
                .startWithoutWaiting(postgres.jdbcUrl(), clock);
        api = simulated.api();
        early = new Early(
                api.anybody().get("/livez").status(),
                api.anybody().get("/readyz"),
                Timed.of(() -> api.withKey(ApiKeys.generate().reveal()).post("/v1/jobs", Submissions.chat())),
                Timed.of(() -> api.operator().post("/operator/projects", "{\"name\":\"early\"}")));
        postgres.start();
        awaitReady();
    }

    /// One that failed while the server was gone leaves it to the others.
    @AfterEach
    void bring_the_server_back() {
        postgres.start();
        awaitReady();
    }

    @AfterAll
    static void stop() {
        simulated.close();
        postgres.close();
    }

    @Test
    void a_service_that_starts_first_waits_says_so_and_turns_ready_by_itself() {
        assertThat(early.live()).isEqualTo(200);
        assertThat(early.readiness().status()).isEqualTo(503);
        assertThat(early.readiness()
                        .json()
                        .path("components")
                        .path("database")
                        .path("status")
                        .asString())
                .isEqualTo("OUT_OF_SERVICE");
        requireRefused(early.job());
        requireRefused(early.operator());
        assertThat(api.newCaller().post("/v1/jobs", Submissions.chat()).status())
                .isEqualTo(202);
    }

    @Test
    void while_it_is_gone_all_get_503_with_retry_after_within_2_s_and_after_it_all_goes_on_by_itself() {
        var caller = api.newCaller();
        var before = caller.submitChat();
        var neverSeen = newCallers();

        postgres.stop();

        requireAllRefused(caller, before);
        clock.skip(UNUSED);
        requireAllRefused(caller, before);
        requireAllRefused(neverSeen);
        requireAnswered(caller);
        Awaitility.await().atMost(BACK).until(() -> readiness() == 503);
        clock.skip(UNUSED);
        requireAllRefused(caller, before);
        requireAllRefused(neverSeen);
        requireAnswered(caller);
        assertThat(api.anybody().get("/livez").status()).isEqualTo(200);

        postgres.start();

        awaitReady();
        awaitAccepting(caller);
        assertThat(caller.job(before).json().path("status").asString()).isEqualTo("queued");
    }

    @Test
    void a_database_that_holds_the_connection_and_says_nothing_is_as_good_as_away() {
        var caller = api.newCaller();
        var before = caller.submitChat();
        var neverSeen = newCallers();

        whileItIsSilent(() -> {
            requireAllRefused(caller, before);
            clock.skip(UNUSED);
            requireAllRefused(caller, before);
            requireAllRefused(neverSeen);
            requireRefused(Timed.of(() -> caller.post("/v1/jobs", Submissions.chat())));
            Awaitility.await("it says so of itself")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> readiness() == 503);
        });

        awaitReady();
        awaitAccepting(caller);
        assertThat(caller.job(before).status()).isEqualTo(200);
    }

    @Test
    void interactive_calls_go_on_while_the_database_says_nothing_and_are_in_the_books_afterwards() {
        var caller = api.newCaller();
        assertThat(caller.post(Chats.PATH, Chats.of("chat")).status()).isEqualTo(200);

        var calls = manyWhileItIsSilent(() -> caller.post(Chats.PATH, Chats.of("chat")));

        requireAnsweredAndBooked(calls, caller);
    }

    @Test
    void interactive_calls_of_a_project_with_limits_and_a_budget_go_on_too() {
        var project = api.newProject();
        var limits = "{\"requests_per_minute\":600,\"tokens_per_minute\":600000,\"budget\":1000}";
        assertThat(api.operator()
                        .call(
                                "PATCH",
                                "/operator/projects/" + project.id(),
                                HttpRequest.BodyPublishers.ofString(limits),
                                Map.of("Content-Type", "application/json"))
                        .status())
                .isEqualTo(200);
        Awaitility.await().atMost(BACK).until(() -> api.bean(Accounts.class).hasBudget(project.id()));
        var caller = api.withKey(project.apiKey());
        // What was drawn is of one minute.
        clock.turnMinute();
        assertThat(caller.post(Chats.PATH, Chats.of("chat")).status()).isEqualTo(200);

        var calls = manyWhileItIsSilent(() -> caller.post(Chats.PATH, Chats.of("chat")));

        requireAnsweredAndBooked(calls, caller);
        assertThat(calls)
                .allSatisfy(call -> assertThat(call.reply().header("x-ratelimit-remaining-requests"))
                        .isPresent());
    }

    @Test
    void calls_with_a_key_that_was_known_go_on_for_a_quarter_of_an_hour() {
        var caller = api.newCaller();
        assertThat(caller.post(Chats.PATH, Chats.of("chat")).status()).isEqualTo(200);

        whileItIsSilent(() -> {
            clock.skip(Duration.ofMinutes(14));
            requireAnswered(caller);
            clock.skip(Duration.ofMinutes(2));
            requireRefused(Timed.of(() -> caller.post(Chats.PATH, Chats.of("chat"))));
        });

        awaitAccepting(caller);
    }

    @Test
    void what_was_refused_before_a_writer_had_it_is_not_written_afterwards() {
        var caller = api.newCaller();
        caller.submitChat();

        var refused = manyWhileItIsSilent(() -> caller.post("/v1/jobs", Submissions.video()));

        assertThat(refused).allSatisfy(call -> assertThat(call.reply().status()).isEqualTo(503));
        awaitAccepting(caller);
        assertThat(caller.get("/v1/jobs?kind=video").json().path("data").size())
                .as("at most the one that was on its way")
                .isLessThanOrEqualTo(1);
    }

    @Test
    void too_many_that_wait_for_a_commit_are_refused_with_429() {
        try (var narrow = RunningApi.startOn(
                postgres.jdbcUrl(),
                assets,
                "millrace.accept.writers=1",
                "millrace.accept.most-batch=1",
                "millrace.accept.most-waiting=3")) {
            var caller = narrow.newCaller();
            caller.submitChat();

            var calls = manyWhileItIsSilent(() -> caller.post("/v1/jobs", Submissions.video()));

            assertThat(calls)
                    .extracting(call -> call.reply().status())
                    .contains(429)
                    .containsOnly(429, 503);
            assertThat(calls)
                    .allSatisfy(call ->
                            assertThat(call.reply().header("retry-after")).isPresent());
            awaitAccepting(caller);
        }
    }

    /// Holds the database still: connections stay, and nobody answers.
    private static void whileItIsSilent(Runnable what) {
        postgres.freeze();
        try {
            what.run();
        } finally {
            postgres.thaw();
        }
    }

    /// The same call twenty times at once.
    private static List<Timed> manyWhileItIsSilent(Supplier<Reply> call) {
        var calls = new ArrayList<Timed>();
        whileItIsSilent(() -> calls.addAll(atOnce(Collections.nCopies(20, call))));
        return calls;
    }

    private static List<Timed> atOnce(List<Supplier<Reply>> calls) {
        var asked = calls.stream()
                .map(call -> CompletableFuture.supplyAsync(() -> Timed.of(call), Thread::startVirtualThread))
                .toList();
        return asked.stream().map(CompletableFuture::join).toList();
    }

    /// Each way in, all of them at once: none waits for another's two seconds.
    private static void requireAllRefused(ApiClient caller, String job) {
        atOnce(List.of(
                        () -> caller.post("/v1/jobs", Submissions.chat()),
                        () -> caller.job(job),
                        () -> caller.get("/v1/jobs"),
                        () -> caller.post("/v1/jobs/" + job + "/cancel")))
                .forEach(DatabaseAwayTest::requireRefused);
    }

    /// Keys that the service has not looked up before, all at once.
    private static void requireAllRefused(List<ApiClient> callers) {
        atOnce(callers.stream()
                        .map(caller -> (Supplier<Reply>) () -> caller.get("/v1/jobs"))
                        .toList())
                .forEach(DatabaseAwayTest::requireRefused);
    }

    private static List<ApiClient> newCallers() {
        return Stream.generate(api::newCaller).limit(20).toList();
    }

    /// An interactive call needs no database.
    private static void requireAnswered(ApiClient caller) {
        var call = Timed.of(() -> caller.post(Chats.PATH, Chats.of("chat")));
        assertThat(call.reply().status()).isEqualTo(200);
        assertThat(call.took()).isLessThan(WITHOUT);
    }

    /// All of these and the one before them.
    private static void requireAnsweredAndBooked(List<Timed> calls, ApiClient caller) {
        assertThat(calls)
                .as("a call waits for no commit and no shared store")
                .allSatisfy(call -> assertThat(call.reply().status()).isEqualTo(200))
                .allSatisfy(call -> assertThat(call.took()).isLessThan(SOON));
        Awaitility.await().atMost(BACK).until(() -> {
            var usage = caller.get("/v1/usage?group_by=model");
            return usage.status() == 200 && usage.json().at("/data/0/attempts").asInt() == calls.size() + 1;
        });
    }

    private static void requireRefused(Timed call) {
        assertThat(call.reply().status()).isEqualTo(503);
        assertThat(call.reply().code()).isEqualTo("database_unavailable");
        assertThat(call.reply().header("retry-after")).isPresent();
        assertThat(call.took()).isLessThan(SOON);
    }

    private static int readiness() {
        return api.anybody().get("/readyz").status();
    }

    private static void awaitReady() {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> readiness() == 200);
    }

    private static void awaitAccepting(ApiClient caller) {
        Awaitility.await()
                .atMost(BACK)
                .until(() -> caller.post("/v1/jobs", Submissions.chat()).status() == 202);
    }
}
