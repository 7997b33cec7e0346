package dev.millrace.access;

import dev.millrace.database.Database;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Projects' webhook secrets, opened once and kept in memory: they do not change in this version of the platform.
public final class WebhookSecrets {

    private static final String SEALED = "select webhook_secret from project where id = :id";

    private final Database database;
    private final SecretBox box;
    private final ConcurrentHashMap<UUID, Secret> opened = new ConcurrentHashMap<>();

    public WebhookSecrets(Database database, SecretBox box) {
        this.database = database;
        this.box = box;
    }

    /// @throws org.springframework.dao.EmptyResultDataAccessException if there is no such project
    public Secret of(UUID project) {
        var known = opened.get(project);
        if (known != null) {
            return known;
        }
        var sealed = database.client()
                .sql(SEALED)
                .param("id", project)
                .query((row, number) -> row.getBytes(1))
                .single();
        var secret = box.open(project, sealed);
        opened.put(project, secret);
        return secret;
    }
}
