package dev.millrace.api.chat;

import dev.millrace.api.call.Attempt;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ProviderOutcome;

/// What whole and streamed chats have in common.
final class Chats {

    /// Of English; other languages and pictures are off by a factor that an estimate may be off by.
    private static final int BYTES_PER_TOKEN = 4;

    private Chats() {}

    static long estimate(ChatCall call) {
        return call.request().length / BYTES_PER_TOKEN;
    }

    static ProviderOutcome none(Attempt attempt) {
        return new ProviderOutcome.Unfit(
                "model", "Chats are not built for " + attempt.deployment().provider().name() + ".");
    }
}
