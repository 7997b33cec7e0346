package dev.millrace.simulator.desk;

import dev.millrace.simulator.render.Render;
import dev.millrace.simulator.render.Renders;

/// Finds a render for a caller who is allowed to see it.
public final class OwnedRender {

    private OwnedRender() {}

    /// Whether this caller sees the render.
    public static boolean visible(Render render, Incoming incoming) {
        return !render.deleted()
                && render.order().provider().equals(incoming.provider().name())
                && (incoming.provider().settings().shared()
                        || render.order().key().equals(incoming.key()));
    }

    /// The render of this id.
    ///
    /// @throws ApiException 404 if there is no such render for this caller
    public static Render find(Renders renders, String id, Incoming incoming) throws ApiException {
        Render render = renders.find(id).filter(r -> visible(r, incoming)).orElse(null);
        if (render == null) {
            throw new ApiError(404, "invalid_request_error", null, "video_id", "Video with id '" + id + "' not found.")
                    .toException();
        }
        incoming.entry().concerns(id);
        return render;
    }
}
