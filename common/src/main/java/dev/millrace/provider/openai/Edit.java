package dev.millrace.provider.openai;

import java.io.ByteArrayOutputStream;
import java.util.Comparator;
import java.util.List;

/// A place in a JSON text that reads otherwise; all the rest of it stays byte for byte as it came.
///
/// @param from where it begins
/// @param to where it ends
record Edit(int from, int to, byte[] with) {

    static byte[] apply(byte[] data, List<Edit> edits) {
        var out = new ByteArrayOutputStream(data.length + 64);
        int at = 0;
        for (var edit :
                edits.stream().sorted(Comparator.comparingInt(Edit::from)).toList()) {
            out.write(data, at, edit.from - at);
            out.writeBytes(edit.with);
            at = edit.to;
        }
        out.write(data, at, data.length - at);
        return out.toByteArray();
    }
}
