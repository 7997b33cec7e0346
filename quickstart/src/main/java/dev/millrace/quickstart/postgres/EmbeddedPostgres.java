package dev.millrace.quickstart.postgres;

import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.Child;
import dev.millrace.quickstart.process.Detached;
import dev.millrace.quickstart.process.Environment;
import dev.millrace.quickstart.process.Folders;
import dev.millrace.quickstart.process.LogTail;
import dev.millrace.quickstart.process.Orphans;
import dev.millrace.quickstart.process.Ports;
import dev.millrace.quickstart.process.ProcessUsage;
import dev.millrace.quickstart.process.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A real PostgreSQL 18 on 127.0.0.1, as safe with its data as any: `fsync` and `synchronous_commit` are on, and the
/// folder outlives the process. It is a direct child of this JVM and can be stopped, killed, frozen and started again
/// on the same port and data. A server that a killed JVM left behind in the folder is stopped by the next start.
///
/// PostgreSQL does not run as root. Where we are, it gets a user namespace or another account of the system.
///
/// ```java
/// var postgres = EmbeddedPostgres.in(folder).port(15432).build();
/// postgres.start();
/// postgres.createDatabase("millrace");
/// var url = postgres.jdbcUrl("millrace");
/// ```
public final class EmbeddedPostgres implements AutoCloseable {

    /// The superuser, whose password is in a file beside the data folder.
    public static final String USER = "millrace";

    private static final Duration START_PATIENCE = Duration.ofSeconds(60);
    private static final long POLL_NANOS = Duration.ofMillis(20).toNanos();

    private final Path requestedFolder;
    private final Path binariesFolder;
    private final Path log;
    private final int port;
    private final ServerCommand command;
    private final Superuser superuser;
    private final Child server;

    private @Nullable DataFolder data;

    private EmbeddedPostgres(Builder builder) {
        requestedFolder = builder.folder;
        binariesFolder = builder.binaries;
        log = builder.log;
        port = builder.port == 0 ? Ports.free() : builder.port;
        command = new ServerCommand(port, Map.copyOf(builder.settings));
        superuser = new Superuser(requestedFolder, port);
        server = new Child(log, builder.onUnexpectedExit);
    }

    /// A server with its data in `folder`, which is made if it isn't there.
    public static Builder in(Path folder) {
        return new Builder(folder.toAbsolutePath().normalize());
    }

    /// Starts the server and waits until it takes connections. About 3 s the first time, 0.5 s later.
    ///
    /// @throws CannotContinue if the port is taken, the folder can't be written or is another version's
    public synchronized void start() {
        if (isRunning()) {
            throw new IllegalStateException("PostgreSQL runs already on port " + port);
        }
        var account = ServerAccount.choose();
        var binaries = Reachable.by(account).binaries(binariesFolder);
        var folder = locate(account);
        folder.endOrphan();
        if (!Ports.isFree(port)) {
            throw new CannotContinue(
                    "Port %d, which PostgreSQL is to listen on, is taken by another program.".formatted(port));
        }
        folder.prepare(binaries, USER, superuser.password(folder.path()));
        launch(account, binaries, folder);
        awaitConnections(folder);
    }

    /// Ends all sessions and stops cleanly (SIGINT).
    public synchronized void stop() {
        end(Signals.INT, Duration.ofSeconds(30));
    }

    /// Ends every process of the server at once (SIGKILL). The next start recovers from the log.
    public synchronized void kill() {
        server.unwanted();
        if (!isRunning()) {
            return;
        }
        // Frozen first, so that no process of the server is started or tidied up in between.
        var pids = pids();
        Signals.STOP.sendTo(pids);
        Signals.KILL.sendTo(pids());
        for (long pid : pids) {
            ProcessHandle.of(pid).ifPresent(handle -> Orphans.awaitExit(handle, Duration.ofSeconds(10)));
        }
    }

    /// Freezes the server with all its sessions (SIGSTOP): connections stay open, nothing answers.
    public void freeze() {
        Signals.STOP.sendTo(pids());
    }

    /// Lets a frozen server go on.
    public void resume() {
        Signals.CONT.sendTo(pids());
    }

    /// Stops the server, be it one that an earlier run left behind, and deletes its data, so that the next start begins
    /// with an empty one.
    public synchronized void deleteData() throws IOException {
        stop();
        var folder = locate(ServerAccount.choose());
        if (Files.exists(folder.path())) {
            folder.endOrphan();
            Folders.delete(folder.path());
        }
        superuser.forget();
    }

    /// Makes the database unless there is one of that name.
    public void createDatabase(String name) {
        superuser().createDatabase(name);
    }

    /// A new connection as the superuser.
    public Connection connect(String database) throws SQLException {
        return superuser().connect(database);
    }

    public String jdbcUrl(String database) {
        return superuser.jdbcUrl(database);
    }

    public int port() {
        return port;
    }

    public String user() {
        return USER;
    }

    /// The superuser's password, known from the first start on; made before it if need be.
    public String password() {
        return superuser().password();
    }

    /// Waits for a start that is under way.
    private synchronized Superuser superuser() {
        return superuser;
    }

    /// Where the data is: the folder asked for, or one below `/var/tmp` if the account that the server runs as can't
    /// reach that.
    public synchronized Path dataFolder() {
        return data == null ? requestedFolder : data.path();
    }

    public boolean isRunning() {
        return server.isAlive();
    }

    /// The server's processes: the postmaster first, then its children.
    public List<Long> pids() {
        var pids = new ArrayList<Long>();
        server.process().ifPresent(postmaster -> {
            pids.add(postmaster.pid());
            postmaster.descendants().forEach(child -> pids.add(child.pid()));
        });
        return pids;
    }

    /// What the server has used since its start, ended sessions included.
    public ProcessUsage usage() {
        var pids = pids();
        return pids.isEmpty()
                ? ProcessUsage.of(pids)
                : ProcessUsage.of(pids)
                        .plus(new ProcessUsage(ProcessUsage.cpuSecondsOfEndedChildren(pids.getFirst()), 0, 0));
    }

    /// The file that the server's messages are appended to.
    public Path log() {
        return log;
    }

    /// Stops the server.
    @Override
    public void close() {
        stop();
    }

    @Override
    public String toString() {
        return "PostgreSQL on port " + port + " in " + dataFolder();
    }

    private void end(Signals signal, Duration patience) {
        server.unwanted();
        var running = server.process().filter(Process::isAlive).map(Process::toHandle);
        if (running.isEmpty()) {
            return;
        }
        // A frozen session would keep the server from ending it.
        Signals.CONT.sendTo(pids());
        var postmaster = data == null ? running.get() : data.postmaster().orElse(running.get());
        Orphans.end(List.of(postmaster), signal, Signals.QUIT, patience);
        Orphans.awaitExit(running.get(), Duration.ofSeconds(10));
    }

    private DataFolder locate(ServerAccount account) {
        var folder = new DataFolder(Reachable.by(account).data(requestedFolder), account);
        data = folder;
        return folder;
    }

    private void launch(ServerAccount account, Path binaries, DataFolder folder) {
        var words = new ArrayList<>(Detached.prefix());
        words.addAll(account.wrap(command.words(binaries, folder.path())));
        try {
            server.start(words, Environment.harmless(), Optional.empty());
        } catch (IOException notStarted) {
            throw new CannotContinue("PostgreSQL could not be started: " + notStarted.getMessage() + ".", notStarted);
        }
    }

    private void awaitConnections(DataFolder folder) {
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (true) {
            try (var connection = connect("postgres")) {
                if (connection.isValid(5)) {
                    return;
                }
            } catch (SQLException notYet) {
                // Told apart below: it is starting, or it has ended.
            }
            if (!isRunning()) {
                server.unwanted();
                throw new CannotContinue("PostgreSQL ended at once in %s. The end of its log, %s:%n%s"
                        .formatted(folder.path(), log, LogTail.of(log, 15)));
            }
            if (System.nanoTime() > deadline) {
                stop();
                throw new CannotContinue("PostgreSQL took no connection within %d s. The end of its log, %s:%n%s"
                        .formatted(START_PATIENCE.toSeconds(), log, LogTail.of(log, 15)));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /// Collects how an [EmbeddedPostgres] is to run.
    public static final class Builder {

        private final Path folder;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private Path binaries;
        private Path log;
        private int port;
        private Runnable onUnexpectedExit = () -> {};

        private Builder(Path folder) {
            this.folder = folder;
            this.binaries = folder.resolveSibling("binaries");
            this.log = folder.resolveSibling(folder.getFileName() + ".log");
        }

        /// The port of 127.0.0.1 to listen on; 0, the default, takes a free one, the same over all starts of this
        /// object.
        public Builder port(int number) {
            port = number;
            return this;
        }

        /// A setting of `postgresql.conf`, stronger than ours.
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /// Where the programs are unpacked, once, 60 MB; beside the data by default.
        public Builder binaries(Path parent) {
            binaries = parent.toAbsolutePath().normalize();
            return this;
        }

        /// The file that the server's messages are appended to.
        public Builder log(Path file) {
            log = file.toAbsolutePath().normalize();
            return this;
        }

        /// Called when the server ends without having been asked to by this object.
        public Builder onUnexpectedExit(Runnable listener) {
            onUnexpectedExit = listener;
            return this;
        }

        public EmbeddedPostgres build() {
            return new EmbeddedPostgres(this);
        }
    }
}
