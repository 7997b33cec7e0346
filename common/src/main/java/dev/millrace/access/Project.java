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
import java.util.function.UnaryOperator;
import org.hibernate.annotations.DynamicUpdate;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Persistable;

/// A tenant. All that a caller sees or makes belongs to one.
/// What is changed in it is all that is written, so that two who change it do not undo each other's.
@Entity
@DynamicUpdate
public class Project implements Persistable<UUID> {

    @Id
    private UUID id = new UUID(0, 0);

    private String name = "";

    private byte[] webhookSecret = {};

    @Column(name = "max_active")
    private @Nullable Integer maxActive;

    private @Nullable Long requestsPerMinute;

    private @Nullable Long tokensPerMinute;

    private @Nullable Long jobsPerMinute;

    private @Nullable Long mostStoredBytes;

    @Column(updatable = false)
    private Instant createdAt = Instant.EPOCH;

    @Transient
    private boolean stored;

    protected Project() {}

    /// @param webhookSecret sealed; see [SecretBox]
    public Project(UUID id, String name, byte[] webhookSecret, Limits limits, Instant createdAt) {
        this.id = id;
        this.name = name;
        this.webhookSecret = webhookSecret.clone();
        this.createdAt = createdAt;
        set(limits);
    }

    private void set(Limits limits) {
        this.requestsPerMinute = orNull(limits.requestsPerMinute());
        this.tokensPerMinute = orNull(limits.tokensPerMinute());
        this.jobsPerMinute = orNull(limits.jobsPerMinute());
        this.mostStoredBytes = orNull(limits.mostStoredBytes());
    }

    private static @Nullable Long orNull(OptionalLong limit) {
        return limit.isPresent() ? limit.getAsLong() : null;
    }

    private static OptionalLong optional(@Nullable Long limit) {
        return limit == null ? OptionalLong.empty() : OptionalLong.of(limit);
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

    public Limits limits() {
        return new Limits(
                optional(requestsPerMinute),
                optional(tokensPerMinute),
                optional(jobsPerMinute),
                optional(mostStoredBytes));
    }

    public void limit(UnaryOperator<Limits> change) {
        set(change.apply(limits()));
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
