package dev.millrace.render;

/// The key that created a render, by which alone it is asked for.
///
/// @param keyRef fingerprint of the key
public record RenderKey(String provider, String keyRef) {

    public static RenderKey of(FollowedRender render) {
        return new RenderKey(render.provider(), render.keyRef());
    }

    /// As one text for a comparison; a fingerprint has no spaces.
    String text() {
        return provider + " " + keyRef;
    }
}
