package dev.millrace.provider;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;

/// What every adapter for chat promises, for formats whose renders are tested elsewhere.
@DisplayNameGeneration(ReplaceUnderscores.class)
public abstract class ChatAdapterContract {

    private final Format format;

    protected ChatAdapterContract(Format format) {
        this.format = format;
    }

    @Nested
    class A_chat_call extends ChatContract {
        A_chat_call() {
            super(new Simulated(format));
        }
    }
}
