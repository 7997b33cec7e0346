package dev.millrace.access;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.PostLoad;
import jakarta.persistence.PostPersist;
import jakarta.persistence.Transient;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Persistable;

/// A tenant. All that a caller sees or makes belongs to one.
@Entity
public class Project implements Persistable<UUID> {

    @Id
    private UUID id = new UUID(0, 0);

    private String name = "";

    private byte[] webhookSecret = {};

    @Column(name = "max_active")
    private @Nullable Integer maxActive;

    private @Nullable Long requestsPerMinute;

    private @Nullable Long tokensPerMinute;

    @Column(updatable = false)
    private Instant createdAt = Instant.EPOCH;

    @Transient
    private boolean stored;

    protected Project() {}

    /// @param webhookSecret sealed; see [SecretBox]
    public Project(UUID id, String name, byte[] webhookSecret, RateLimits limits, Instant createdAt) {
        this.id = id;
        this.name = name;
        this.webhookSecret = webhookSecret.clone();
        this.requestsPerMinute = orNull(limits.requestsPerMinute());
        this.tokensPerMinute = orNull(limits.tokensPerMinute());
        this.createdAt = createdAt;
    }

    private static @Nullable Long orNull(OptionalLong limit) {
        return limit.isPresent() ? limit.getAsLong() : null;
    }

    @Override
    public UUID getId() {
        return id;
    }

    public String name() {
        return name;
    }

    public byte[] webhookSecret() {
        return webhookSecret.clone();
    }

    public RateLimits limits() {
        return RateLimits.of(requestsPerMinute, tokensPerMinute);
    }

    /// The id is ours from the start, so only this tells an insert from an update.
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
