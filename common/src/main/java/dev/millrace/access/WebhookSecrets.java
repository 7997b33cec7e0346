package dev.millrace.access;

import dev.millrace.database.Database;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/// Projects' webhook secrets, opened once and kept in memory: they do not change in this version of the platform.
public final class WebhookSecrets {

    private static final String SEALED = "select webhook_secret from project where id = :id";

    private final Database database;
    private final SecretBox box;
    private final ConcurrentHashMap<UUID, CompletableFuture<Secret>> opened = new ConcurrentHashMap<>();

    public WebhookSecrets(Database database, SecretBox box) {
        this.database = database;
        this.box = box;
    }

    /// The first who asks for a project's secret reads it, and the others wait for that one: a worker that starts with
    /// thousands of deliveries of one project asks the database once.
    ///
    /// @throws org.springframework.dao.DataAccessException if it can't be read; there is no such project, or the
    /// database is away
    public Secret of(UUID project) {
        var mine = new CompletableFuture<Secret>();
        var known = opened.putIfAbsent(project, mine);
        if (known != null) {
            return await(known);
        }
        try {
            var secret = open(project);
            mine.complete(secret);
            return secret;
        } catch (RuntimeException | Error failure) {
            opened.remove(project, mine);
            mine.completeExceptionally(failure);
            throw failure;
        }
    }

    private static Secret await(CompletableFuture<Secret> other) {
        try {
            return other.join();
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof RuntimeException same ? same : failure;
        }
    }

    private Secret open(UUID project) {
        var sealed = database.client()
                .sql(SEALED)
                .param("id", project)
                .query((row, number) -> row.getBytes(1))
                .single();
        return box.open(project, sealed);
    }
}
