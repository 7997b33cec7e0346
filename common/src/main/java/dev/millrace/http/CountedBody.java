package dev.millrace.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// A body that remembers how much of it was read.
final class CountedBody extends FilterInputStream {

    private volatile long count;
    private volatile boolean ended;

    CountedBody(InputStream body) {
        super(body);
    }

    /// Whether the reader has come to the end, by reading it or by having read all that was declared.
    ///
    /// @param declared the declared length; negative where none was
    boolean wholly(long declared) {
        return ended || declared >= 0 && count >= declared;
    }

    @Override
    public int read() throws IOException {
        int one = super.read();
        count(one < 0 ? -1 : 1);
        return one;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        count(read);
        return read;
    }

    /// One thread reads; any may ask.
    private void count(int read) {
        if (read < 0) {
            ended = true;
        } else {
            long before = count;
            count = before + read;
        }
    }
}
