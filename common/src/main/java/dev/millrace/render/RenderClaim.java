package dev.millrace.render;

import dev.millrace.job.JobId;

/// That a worker has taken up a render, once.
///
/// @param claimNo how often the render was taken up
public record RenderClaim(JobId job, int attempt, int claimNo) {

    public static RenderClaim of(FollowedRender render) {
        return new RenderClaim(render.job(), render.attempt(), render.claimNo());
    }
}
