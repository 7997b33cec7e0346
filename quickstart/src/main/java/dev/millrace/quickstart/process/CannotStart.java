package dev.millrace.quickstart.process;

/// Something that a person can put right keeps a part from starting. The message is one sentence for that person; the
/// command line prints it as it is, without a stack trace.
public final class CannotStart extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// @param sentence what is wrong and what can be done about it
    public CannotStart(String sentence) {
        super(sentence);
    }

    /// @param sentence what is wrong and what can be done about it
    public CannotStart(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
