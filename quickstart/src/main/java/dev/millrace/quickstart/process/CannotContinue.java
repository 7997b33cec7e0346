package dev.millrace.quickstart.process;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Something that a person can put right stands in the way. The message is one sentence for that person; the command
/// line prints it as it is, without a stack trace.
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

    /// A sentence about a file: what can't be done, and why in the words that a person would use.
    ///
    /// @param what the beginning of the sentence, without its end: "The folder … cannot be written"
    public static CannotContinue because(String what, Exception failure) {
        return new CannotContinue(what + ": " + reason(failure) + ".", failure);
    }

    private static String reason(Exception failure) {
        return switch (failure) {
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException missing -> missing.getFile() + " does not exist";
            case FileAlreadyExistsException there -> there.getFile() + " exists already and is something else";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        };
    }
}
