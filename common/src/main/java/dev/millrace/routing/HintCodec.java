package dev.millrace.routing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A [Hint] as a record on Kafka.
final class HintCodec {

    private static final int VERSION = 1;
    private static final int LONGEST = 4_096;

    private HintCodec() {}

    static byte[] write(Hint hint) {
        var bytes = new ByteArrayOutputStream(128);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(hint.from().getMostSignificantBits());
            out.writeLong(hint.from().getLeastSignificantBits());
            out.writeUTF(hint.scope().kind().word());
            out.writeUTF(hint.scope().provider());
            out.writeUTF(hint.scope().model());
            out.writeUTF(hint.scope().who());
            out.writeBoolean(hint.open());
            out.writeLong(hint.left().toMillis());
        } catch (IOException impossible) {
            throw new UncheckedIOException("A hint could not be written", impossible);
        }
        return bytes.toByteArray();
    }

    /// Empty for what is no hint, or one of a version to come.
    static Optional<Hint> read(byte @Nullable [] value) {
        if (value == null || value.length > LONGEST) {
            return Optional.empty();
        }
        try (var in = new DataInputStream(new ByteArrayInputStream(value))) {
            if (in.readUnsignedByte() != VERSION) {
                return Optional.empty();
            }
            var from = new UUID(in.readLong(), in.readLong());
            var kind = Scope.Kind.of(in.readUTF());
            var provider = in.readUTF();
            var model = in.readUTF();
            var who = in.readUTF();
            boolean open = in.readBoolean();
            var left = Duration.ofMillis(in.readLong());
            return kind.map(known -> new Hint(from, new Scope(known, provider, model, who), open, left));
        } catch (IOException broken) {
            return Optional.empty();
        }
    }
}
