package dev.millrace.access;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.PostLoad;
import jakarta.persistence.PostPersist;
import jakarta.persistence.Transient;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Persistable;

/// A project's credential, as kept: enough to know it again, nothing to make it from.
@Entity
public class ApiKey implements Persistable<UUID> {

    @Id
    private UUID id = new UUID(0, 0);

    private UUID projectId = new UUID(0, 0);

    private String prefix = "";

    private byte[] hash = {};

    private Instant createdAt = Instant.EPOCH;

    private @Nullable Instant revokedAt;

    @Transient
    private boolean stored;

    protected ApiKey() {}

    public ApiKey(UUID id, UUID projectId, String prefix, byte[] hash, Instant createdAt) {
        this.id = id;
        this.projectId = projectId;
        this.prefix = prefix;
        this.hash = hash.clone();
        this.createdAt = createdAt;
    }

    @Override
    public UUID getId() {
        return id;
    }

    public UUID projectId() {
        return projectId;
    }

    public byte[] hash() {
        return hash.clone();
    }

    public boolean revoked() {
        return revokedAt != null;
    }

    @Override
    public boolean isNew() {
        return !stored;
    }

    @PostLoad
    @PostPersist
    void markStored() {
        stored = true;
    }
}
