package dev.millrace.provider;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;

/// What every adapter of renders promises, over real HTTP against the simulator, in the same way.
@DisplayNameGeneration(ReplaceUnderscores.class)
public abstract class RenderAdapterContract {

    private final Format format;

    protected RenderAdapterContract(Format format) {
        this.format = format;
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
