package dev.millrace.routing;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// What a call holds at its deployment until it is ended: its places, and the phases of the breakers that let it
/// through.
public final class Place {

    /// Of a call that the router did not choose.
    static final Place NONE = new Place(null, Room.ENDLESS, 0, 0, List.of(), 0, 0, 0);

    /// A key's breaker, and its phase when the call began.
    record Permit(Breaker breaker, int phase) {}

    private final @Nullable DeploymentState at;
    private final Room room;
    private final int providerPhase;
    private final int deploymentPhase;
    private final List<Permit> keyPermits;
    private final long tokens;
    private final long prompt;
    private final long begunAt;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean answered = new AtomicBoolean();
    private volatile long used;

    Place(
            @Nullable DeploymentState at,
            Room room,
            int providerPhase,
            int deploymentPhase,
            List<Permit> keyPermits,
            long tokens,
            long prompt,
            long begunAt) {
        this.at = at;
        this.room = room;
        this.providerPhase = providerPhase;
        this.deploymentPhase = deploymentPhase;
        this.keyPermits = keyPermits;
        this.tokens = tokens;
        this.prompt = prompt;
        this.begunAt = begunAt;
    }

    @Nullable
    DeploymentState at() {
        return at;
    }

    /// Where it has been taken too, besides at the deployment.
    Room room() {
        return room;
    }

    int providerPhase() {
        return providerPhase;
    }

    int deploymentPhase() {
        return deploymentPhase;
    }

    List<Permit> keyPermits() {
        return keyPermits;
    }

    /// Tokens that were drawn for the call ahead.
    long tokens() {
        return tokens;
    }

    /// Of the prompt, as was estimated.
    long prompt() {
        return prompt;
    }

    /// Notes the tokens that the call has used, in whichever way it then ends.
    void used(long tokens) {
        if (at != null) {
            used = tokens;
        }
    }

    long used() {
        return used;
    }

    /// In milliseconds of the router's clock.
    long begunAt() {
        return begunAt;
    }

    /// @return whether this is the first end
    boolean end() {
        return at == null || ended.compareAndSet(false, true);
    }

    /// @return whether this is the first sign of an answer
    boolean answer() {
        return answered.compareAndSet(false, true);
    }
}
