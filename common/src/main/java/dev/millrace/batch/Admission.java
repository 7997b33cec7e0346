package dev.millrace.batch;

/// Who may wait to be written. It is asked by one thread at a time.
public interface Admission<I> {

    /// Lets an item in, if there is room for it.
    boolean enter(I item);

    /// An item that was let in waits no longer, whether it is written now or was given up.
    void leave(I item);

    /// Lets in so many, whatever they are.
    static <I> Admission<I> ofAtMost(int most) {
        return new Admission<>() {
            private int waiting;

            @Override
            public boolean enter(I item) {
                if (waiting >= most) {
                    return false;
                }
                waiting++;
                return true;
            }

            @Override
            public void leave(I item) {
                waiting--;
            }
        };
    }
}
