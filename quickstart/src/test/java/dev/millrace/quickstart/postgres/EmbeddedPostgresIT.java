package dev.millrace.quickstart.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.Orphans;
import dev.millrace.quickstart.process.Ports;
import dev.millrace.quickstart.process.Signals;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EmbeddedPostgresIT {

    private static final Path BINARIES = Path.of("target", "postgres-binaries");

    @TempDir
    Path folder;

    EmbeddedPostgres postgres;

    @BeforeEach
    void start() {
        postgres = server(Ports.free());
        postgres.start();
    }

    @AfterEach
    void stop() {
        postgres.stop();
    }

    @Test
    void what_is_committed_is_synced_to_disk() throws SQLException {
        assertThat(ask("show fsync")).isEqualTo("on");
        assertThat(ask("show synchronous_commit")).isEqualTo("on");
        assertThat(ask("show full_page_writes")).isEqualTo("on");
    }

    @Test
    void it_is_the_version_that_its_folder_is_checked_against() throws SQLException {
        assertThat(ask("show server_version")).startsWith(PostgresBinaries.MAJOR + ".");
    }

    @Test
    void text_is_ordered_by_a_locale_that_every_machine_has() throws SQLException {
        assertThat(ask("select datlocprovider::text || ' ' || datlocale from pg_database where datname = 'postgres'"))
                .isEqualTo("b C.UTF-8");
    }

    @Test
    void only_the_holder_of_the_password_gets_in() {
        assertThat(postgres.password()).hasSizeGreaterThan(40);
        assertThatThrownBy(() -> new org.postgresql.Driver()
                        .connect(postgres.jdbcUrl("postgres"), properties(EmbeddedPostgres.USER, "postgres")))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed");
    }

    @Test
    void the_password_file_is_for_its_owner_only() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("data.password"))))
                .isEqualTo("rw-------");
    }

    @Test
    void a_database_is_made_once() throws SQLException {
        postgres.createDatabase("millrace");
        postgres.createDatabase("millrace");

        assertThat(ask("select count(*) from pg_database where datname = 'millrace'"))
                .isEqualTo("1");
    }

    @Test
    void rows_survive_a_stop_and_a_start_on_the_same_port() throws SQLException {
        run("create table kept as select 42 as answer");
        postgres.stop();
        assertThat(postgres.isRunning()).isFalse();

        postgres.start();

        assertThat(ask("select answer from kept")).isEqualTo("42");
    }

    @Test
    void rows_survive_the_death_of_every_process_of_the_server() throws SQLException {
        run("create table kept as select 42 as answer");
        postgres.kill();
        assertThat(postgres.isRunning()).isFalse();

        postgres.start();

        assertThat(ask("select answer from kept")).isEqualTo("42");
    }

    @Test
    void a_server_left_behind_by_a_killed_run_is_ended_by_the_next_start() throws SQLException {
        run("create table kept as select 42 as answer");
        var orphan = ProcessHandle.of(postgres.pids().getFirst()).orElseThrow();

        var next = server(postgres.port());
        next.start();
        try (var connection = next.connect("postgres");
                var result = connection.createStatement().executeQuery("select answer from kept")) {
            assertThat(result.next()).isTrue();
            assertThat(orphan.isAlive()).isFalse();
        } finally {
            next.stop();
        }
    }

    @Test
    void a_pid_file_that_names_a_stranger_by_now_is_no_obstacle() throws Exception {
        postgres.kill();
        var pidFile = postgres.dataFolder().resolve("postmaster.pid");
        var lines = Files.readAllLines(pidFile);
        lines.set(0, Long.toString(ProcessHandle.current().pid()));
        Files.write(pidFile, lines);

        postgres.start();

        assertThat(ask("select 1")).isEqualTo("1");
    }

    @Test
    void a_frozen_server_answers_nothing_until_it_is_woken() throws Exception {
        postgres.freeze();
        try (var caller = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            var answer = caller.submit(() -> ask("select 1"));
            assertThat(answer)
                    .failsWithin(Duration.ofMillis(500))
                    .withThrowableOfType(java.util.concurrent.TimeoutException.class);

            postgres.resume();

            assertThat(answer).succeedsWithin(Duration.ofSeconds(20)).isEqualTo("1");
        }
    }

    @Test
    void a_frozen_server_can_be_stopped() {
        postgres.freeze();
        postgres.stop();
        assertThat(postgres.isRunning()).isFalse();
    }

    @Test
    void an_end_that_nobody_asked_for_is_told() throws Exception {
        var told = new java.util.concurrent.CountDownLatch(1);
        postgres.stop();
        postgres = EmbeddedPostgres.in(folder.resolve("data"))
                .binaries(BINARIES)
                .onUnexpectedExit(told::countDown)
                .build();
        postgres.start();

        Signals.QUIT.sendTo(postgres.pids().getFirst());

        assertThat(told.await(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void deleted_data_is_gone_at_the_next_start() throws Exception {
        run("create table kept as select 42 as answer");

        postgres.deleteData();
        postgres.start();

        assertThat(ask("select count(*) from pg_class where relname = 'kept'")).isEqualTo("0");
    }

    @Test
    void data_of_another_version_is_refused_in_one_sentence() throws Exception {
        postgres.stop();
        Files.writeString(postgres.dataFolder().resolve("PG_VERSION"), "17\n");

        assertThatThrownBy(postgres::start)
                .isInstanceOf(CannotContinue.class)
                .hasMessageMatching("The data in .* was written by PostgreSQL 17 and this is PostgreSQL 18: .*\\.");
    }

    @Test
    void a_taken_port_is_named() throws Exception {
        postgres.stop();
        try (var stranger = new ServerSocket(postgres.port(), 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(postgres::start)
                    .isInstanceOf(CannotContinue.class)
                    .hasMessage("Port %d, which PostgreSQL is to listen on, is taken by another program."
                            .formatted(stranger.getLocalPort()));
        }
    }

    @Test
    void it_is_measured() throws SQLException {
        run("create table load as select n, md5(n::text) from generate_series(1, 100000) n");
        assertThat(postgres.usage().residentBytes()).isBetween(10_000_000L, 400_000_000L);
        assertThat(Orphans.find(
                        postgres.pids().getFirst(), postgres.dataFolder().toString()))
                .isPresent();
    }

    private EmbeddedPostgres server(int port) {
        return EmbeddedPostgres.in(folder.resolve("data"))
                .port(port)
                .binaries(BINARIES)
                .setting("shared_buffers", "16MB")
                .build();
    }

    private static java.util.Properties properties(String user, String password) {
        var properties = new java.util.Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        return properties;
    }

    private String ask(String sql) throws SQLException {
        try (var connection = postgres.connect("postgres");
                var result = connection.createStatement().executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    private void run(String sql) throws SQLException {
        try (var connection = postgres.connect("postgres")) {
            connection.createStatement().execute(sql);
        }
    }
}
