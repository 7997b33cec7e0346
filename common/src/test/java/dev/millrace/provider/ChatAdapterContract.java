package dev.millrace.provider;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;

/// What every adapter of chat promises, over real HTTP against the simulator. The test of an adapter extends this and
/// names its format; what only its own format has, it tests beside it.
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

    @Nested
    class A_streamed_chat_call extends StreamContract {
        A_streamed_chat_call() {
            super(new Simulated(format));
        }
    }
}
