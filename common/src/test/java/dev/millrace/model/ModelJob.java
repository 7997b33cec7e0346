package dev.millrace.model;

import dev.millrace.job.AttemptReport;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A job as the model has it. What is written in one line by [#toString()] is compared with the tables.
final class ModelJob {

    static final class Attempt {
        String status;

        @Nullable
        String operation;

        Attempt(String status) {
            this.status = status;
        }
    }

    static final class Render {
        final int epoch;
        String phase;
        int claimNo;

        @Nullable
        String operation;

        @Nullable
        UUID claimedBy;

        Render(String phase, int epoch) {
            this.phase = phase;
            this.epoch = epoch;
        }
    }

    final JobId id;
    final JobKind kind;
    final boolean told;
    /// `backlog`, `dispatch`, `run`, or the word with which it ended.
    String place;

    int epoch;
    int attempts;
    int takeBacks;
    int sequence = 1;
    boolean due = true;
    boolean cancelRequested;

    @Nullable
    UUID owner;

    @Nullable
    Integer heldAttempt;

    final List<String> events = new ArrayList<>();
    final TreeMap<Integer, Attempt> record = new TreeMap<>();
    final TreeMap<Integer, Render> renders = new TreeMap<>();
    final TreeSet<Integer> assets = new TreeSet<>();

    ModelJob(JobId id, JobKind kind, boolean told, String place) {
        this.id = id;
        this.kind = kind;
        this.told = told;
        this.place = place;
    }

    boolean running() {
        return place.equals("run");
    }

    boolean running(int underEpoch) {
        return running() && epoch == underEpoch;
    }

    boolean heldBy(UUID worker, int underEpoch) {
        return running(underEpoch) && worker.equals(owner);
    }

    boolean ended() {
        return !place.equals("backlog") && !place.equals("dispatch") && !place.equals("run");
    }

    boolean lookedUp() {
        return renders.values().stream().anyMatch(render -> render.phase.equals("lookup"));
    }

    /// The attempt that has begun last and of which nothing more is known.
    boolean unanswered() {
        return record.containsKey(attempts)
                && Objects.requireNonNull(record.get(attempts)).status.equals("started");
    }

    void event(String type) {
        sequence++;
        events.add(sequence + ":" + type);
    }

    void end(String status) {
        place = cancelRequested ? "cancelled" : status;
        owner = null;
        heldAttempt = null;
        event(place);
    }

    /// An end that was asked for while somebody had to be waited for.
    void endIfCancelled() {
        if (running() && owner == null && cancelRequested && !lookedUp()) {
            end("cancelled");
        }
    }

    void write(Optional<AttemptReport> report) {
        report.ifPresent(attempt -> {
            attempts = Math.max(attempts, attempt.number());
            var known = record.computeIfAbsent(attempt.number(), number -> new Attempt("started"));
            if (known.status.equals("started")) {
                known.status = attempt.status().word();
            }
        });
    }

    void abandon(int number) {
        write(Optional.of(AttemptReport.abandoned(number, Instant.EPOCH)));
    }

    boolean settle(int number, String status, Set<String> from) {
        var attempt = record.get(number);
        if (attempt == null || !from.contains(attempt.status)) {
            return false;
        }
        attempt.status = status;
        return true;
    }

    void settleOpen(int number, String status) {
        settle(number, status, Set.of("started", "accepted", "indeterminate"));
    }

    boolean accept(int number, String operation) {
        var attempt = record.get(number);
        if (attempt == null || attempt.operation != null) {
            return false;
        }
        attempt.operation = operation;
        settle(number, "accepted", Set.of("started", "indeterminate"));
        return true;
    }

    void follow(int number, String operation, int underEpoch) {
        var render = renders.get(number);
        if (render == null) {
            render = new Render("poll", underEpoch);
            renders.put(number, render);
        } else if (render.phase.equals("lookup")) {
            render.phase = "poll";
            render.claimedBy = null;
            render.claimNo++;
        } else {
            return;
        }
        render.operation = operation;
    }

    /// Whether it was held for this attempt.
    boolean release(int attempt) {
        if (!running() || heldAttempt == null || heldAttempt != attempt) {
            return false;
        }
        heldAttempt = null;
        takeBacks = 0;
        event("released");
        return true;
    }

    @Override
    public String toString() {
        var attemptsText = record.entrySet().stream()
                .map(one -> one.getKey() + ":" + one.getValue().status + ":" + text(one.getValue().operation))
                .collect(Collectors.joining(" "));
        var rendersText = renders.entrySet().stream()
                .map(one -> one.getKey() + ":" + one.getValue().phase + ":" + text(one.getValue().operation) + ":"
                        + text(one.getValue().claimedBy) + ":" + one.getValue().claimNo + ":" + one.getValue().epoch)
                .collect(Collectors.joining(" "));
        return Tables.line(
                kind.word(),
                place,
                // Whose it is says nothing of a job that has ended.
                ended() ? "" : epoch + "/" + takeBacks,
                attempts,
                sequence,
                text(owner),
                cancelRequested && running(),
                text(heldAttempt),
                String.join(" ", events),
                attemptsText,
                rendersText,
                assets.stream().map(String::valueOf).collect(Collectors.joining(" ")),
                ended() && told ? 1 : 0);
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
