package dev.millrace.simulator.media;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// The simulator's own small files, each real and playable.
public enum Media {
    /// H.264, 64×64, 2 s, index in front.
    VIDEO("video.mp4", "video/mp4"),
    THUMBNAIL("thumbnail.webp", "image/webp"),
    SPRITESHEET("spritesheet.jpg", "image/jpeg"),
    /// Two by two pixels.
    IMAGE("image.png", "image/png");

    private final String contentType;
    private final byte[] bytes;

    Media(String file, String contentType) {
        this.contentType = contentType;
        try (InputStream in = Media.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the simulator's jar lacks " + file);
            }
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String contentType() {
        return contentType;
    }

    /// The file's bytes, shared: not to be written to.
    public byte[] bytes() {
        return bytes;
    }
}
