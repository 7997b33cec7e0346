package dev.millrace.worker.polling;

import dev.millrace.asset.AssetStore;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import dev.millrace.provider.VideoAdapter.Fetch;
import dev.millrace.render.FollowedRender;
import dev.millrace.render.RenderAttempts;
import dev.millrace.render.RenderStore;
import dev.millrace.render.Seen;
import dev.millrace.render.StoredFile;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.settings.RenderSettings;
import dev.millrace.worker.execution.Settler;
import dev.millrace.worker.lease.LeaseKeeper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Brings a finished file into the asset store, and settles its job when it is there. A fetch that fails says nothing
/// about the render: it is tried again until the provider's file is gone.
@Component
class FetchStep {

    private static final Logger log = LoggerFactory.getLogger(FetchStep.class);

    private final RenderStore renders;
    private final AssetStore assets;
    private final Settler settler;
    private final LeaseKeeper lease;
    private final RenderSettings settings;
    private final RandomGenerator random;
    private final RenderBill bill;

    FetchStep(
            RenderStore renders,
            AssetStore assets,
            Settler settler,
            LeaseKeeper lease,
            RenderBill bill,
            MillraceSettings settings,
            RandomGenerator random) {
        this.renders = renders;
        this.assets = assets;
        this.settler = settler;
        this.lease = lease;
        this.settings = settings.render();
        this.random = random;
        this.bill = bill;
    }

    void take(RenderStep.Following following) {
        if (!taken(following.render())) {
            fetch(following);
        }
    }

    /// For a file that can't be asked for: it may be in the store all the same.
    void unfetched(FollowedRender render, String reason) {
        if (!taken(render)) {
            failed(render, reason, Optional.empty());
        }
    }

    /// Whether the file was whole in the store already, left behind by who was lost before it could say so.
    private boolean taken(FollowedRender render) {
        var file = fileLeftBehind(render);
        file.ifPresent(whole -> complete(render, whole));
        return file.isPresent();
    }

    private Optional<StoredFile> fileLeftBehind(FollowedRender render) {
        try {
            return assets.takeOver(render.job(), render.attempt());
        } catch (IOException unreadable) {
            throw new UncheckedIOException("The asset store can't be read", unreadable);
        }
    }

    private void fetch(RenderStep.Following following) {
        var render = following.render();
        var stored = new AtomicReference<StoredFile>();
        var fetch = following
                .adapter()
                .fetch(
                        following.target(),
                        render.operationId().orElseThrow(),
                        (bytes, length, type) ->
                                stored.set(assets.store(render.job(), render.attempt(), bytes, length, type)));
        switch (fetch) {
            case Fetch.Done done ->
                complete(render, Objects.requireNonNull(stored.get(), "A fetch that is done has stored its file"));
            case Fetch.Gone(var reason) -> failed(render, reason, Optional.empty());
            case Fetch.RateLimited(var retryAfter) -> failed(render, "rate limited", retryAfter);
            case Fetch.Failed(var reason) -> failed(render, reason, Optional.empty());
        }
    }

    private void complete(FollowedRender render, StoredFile file) {
        settler.tell(
                render.job(),
                renders.complete(
                        render,
                        bill.whole(
                                render,
                                RenderAttempts.ended(
                                        render.attempt(), AttemptStatus.SUCCEEDED, "succeeded", null, null)),
                        file,
                        Ending.succeeded(render.job(), render.epoch(), null, null, Optional.empty()),
                        lease.worker()));
    }

    /// Once more after a while, unless the file has expired at the provider by now.
    private void failed(FollowedRender render, String reason, Optional<Duration> asked) {
        log.info("Fetching the file of render {}/{} failed: {}", render.job(), render.attempt(), reason);
        if (!render.now().isBefore(render.deadline())) {
            settler.tell(
                    render.job(),
                    renders.fail(
                            render,
                            // It was made, and is paid.
                            bill.whole(
                                    render,
                                    RenderAttempts.ended(
                                            render.attempt(),
                                            AttemptStatus.FAILED,
                                            "fetch_failed",
                                            "fetch_failed",
                                            reason)),
                            Ending.failed(
                                    render.job(),
                                    render.epoch(),
                                    "fetch_failed",
                                    "The finished video could not be fetched from the provider before it expired there.",
                                    Optional.empty()),
                            lease.worker()));
            return;
        }
        int errors = render.errors() + 1;
        var backoff = settings.errors().after(errors, random);
        renders.postpone(
                render, asked.filter(wait -> wait.compareTo(backoff) > 0).orElse(backoff), errors, Seen.NOT_ASKED, 99);
    }
}
