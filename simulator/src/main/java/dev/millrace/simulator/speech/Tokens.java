package dev.millrace.simulator.speech;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;

/// What an answer is charged for, before a wire format adds it up in its own way. No number contains another.
///
/// @param fresh        of the prompt, neither read from the cache nor written to it
/// @param cached       of the prompt, read from the cache
/// @param cacheWritten of the prompt, written to the cache
/// @param thoughts     thought before the answer
/// @param answer       of the answer itself
public record Tokens(long fresh, long cached, long cacheWritten, long thoughts, long answer) {

    public static Tokens of(Behaviour behaviour, long prompt, long answer) {
        return of(behaviour, prompt, answer, behaviour.number(Key.THOUGHTS).orElse(0));
    }

    public static Tokens of(Behaviour behaviour, long prompt, long answer, long thoughts) {
        return new Tokens(
                prompt,
                behaviour.number(Key.CACHED).orElse(0),
                behaviour.number(Key.CACHE_WRITE).orElse(0),
                thoughts,
                answer);
    }

    /// The whole prompt.
    public long prompt() {
        return fresh + cached + cacheWritten;
    }
}
