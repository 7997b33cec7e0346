package dev.millrace.quickstart.process;

/// Something that a person can put right stands in the way. The message is one sentence for that person; the command
/// line
/// prints it as it is, without a stack trace.
public final class CannotContinue extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// @param sentence what is wrong and what can be done about it
    public CannotContinue(String sentence) {
        super(sentence);
    }

    /// @param sentence what is wrong and what can be done about it
    public CannotContinue(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
