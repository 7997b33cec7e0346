package dev.millrace.simulator.ledger;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a request turned out to ask for, once it had been read.
///
/// @param model          as sent, behaviours included; empty where the request concerns none
/// @param prompt         the first 200 characters of the prompt or of the last user message
/// @param key            see [KeyPrint]; empty if none was sent
/// @param headers        the header lines whose name starts with `x-`
public record Asked(
        String model, String prompt, String key, @Nullable String idempotencyKey, List<String> headers) {

    public static final Asked NOT_READ = new Asked("", "", "", null, List.of());

    private static final int PROMPT_KEPT = 200;

    public Asked {
        model = Words.shared(model);
        prompt = prompt.length() > PROMPT_KEPT ? prompt.substring(0, PROMPT_KEPT) : prompt;
    }
}
