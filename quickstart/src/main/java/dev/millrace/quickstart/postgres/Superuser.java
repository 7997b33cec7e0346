package dev.millrace.quickstart.postgres;

import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

/// As who databases are made and looked into. The password is in a file beside the data folder.
final class Superuser {

    private final Path dataFolder;
    private final int port;
    private String password = "";

    /// @param dataFolder as it was asked for
    Superuser(Path dataFolder, int port) {
        this.dataFolder = dataFolder;
        this.port = port;
    }

    /// Known from the first start on; made before it if need be.
    synchronized String password() {
        return password.isEmpty() ? password(dataFolder) : password;
    }

    /// Reads it from its file, or makes it.
    ///
    /// @param data where the data is, which can't be opened with another
    synchronized String password(Path data) {
        var file = file();
        if (!Files.exists(file) && Files.exists(data.resolve("PG_VERSION"))) {
            throw new CannotContinue(
                    "The data in %s cannot be opened, since its password file %s is missing.".formatted(data, file));
        }
        try {
            Files.createDirectories(file.resolve("..").normalize());
            password = Secrets.keptIn(file, Secrets::token);
            return password;
        } catch (IOException unwritable) {
            throw CannotContinue.because("The file " + file + " cannot be read or written", unwritable);
        }
    }

    /// Deletes it, as its data has been.
    synchronized void forget() throws IOException {
        password = "";
        Files.deleteIfExists(file());
    }

    private Path file() {
        return dataFolder.resolveSibling(dataFolder.getFileName() + ".password");
    }

    String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
    }

    Connection connect(String database) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", EmbeddedPostgres.USER);
        properties.setProperty("password", password());
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "60");
        var connection = new org.postgresql.Driver().connect(jdbcUrl(database), properties);
        if (connection == null) {
            throw new SQLException("Not a PostgreSQL address: " + jdbcUrl(database));
        }
        return connection;
    }

    void createDatabase(String name) {
        if (!name.matches("[a-z_][a-z0-9_]*")) {
            throw new IllegalArgumentException("Not a plain database name: " + name);
        }
        try (var connection = connect("postgres");
                var statement = connection.createStatement()) {
            try (var found = statement.executeQuery("select from pg_database where datname = '" + name + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("create database " + name);
        } catch (SQLException failure) {
            throw new IllegalStateException("Could not make database " + name, failure);
        }
    }
}
