package dev.millrace.provider;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;

/// What every provider adapter promises, over real HTTP against the simulator. The test of an adapter extends this
/// and names its format; what only its own format has, it tests beside it.
@DisplayNameGeneration(ReplaceUnderscores.class)
public abstract class ProviderAdapterContract {

    private final Format format;

    protected ProviderAdapterContract(Format format) {
        this.format = format;
    }

    @Nested
    class A_chat_call extends ChatContract {
        A_chat_call() {
            super(new Simulated(format));
        }
    }

    @Nested
    class A_streamed_call extends StreamContract {
        A_streamed_call() {
            super(new Simulated(format));
        }
    }

    @Nested
    class A_create extends CreateContract {
        A_create() {
            super(new Simulated(format));
        }
    }

    @Nested
    class A_lookup extends LookupContract {
        A_lookup() {
            super(new Simulated(format));
        }
    }

    @Nested
    class A_poll extends PollContract {
        A_poll() {
            super(new Simulated(format));
        }
    }

    @Nested
    class A_fetch extends FetchContract {
        A_fetch() {
            super(new Simulated(format));
        }
    }
}
