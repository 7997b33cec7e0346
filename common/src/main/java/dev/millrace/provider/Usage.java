package dev.millrace.provider;

/// What a call used, in tokens, as the OpenAI wire format counts them: those that the provider had in its cache, and
/// those that it put there, are part of the prompt's, those of reasoning part of the completion's.
///
/// @param cached read from the provider's cache
/// @param written put into it
/// @param estimated whether we had to guess, because the provider did not say
public record Usage(long prompt, long completion, long cached, long written, long reasoning, boolean estimated) {

    /// A provider's count that is beyond all sense does not get into the books.
    private static final long MOST = 1_000_000_000;

    public Usage {
        prompt = Math.clamp(prompt, 0, MOST);
        completion = Math.clamp(completion, 0, MOST);
        cached = Math.clamp(cached, 0, MOST);
        written = Math.clamp(written, 0, MOST);
        reasoning = Math.clamp(reasoning, 0, MOST);
    }

    /// Of a provider that says nothing of what it puts into a cache.
    public Usage(long prompt, long completion, long cached, long reasoning, boolean estimated) {
        this(prompt, completion, cached, 0, reasoning, estimated);
    }

    public long total() {
        return prompt + completion;
    }

    /// The `usage` object of the OpenAI wire format. A guess is marked by a field of our own, which its clients ignore.
    public String json() {
        return "{\"prompt_tokens\":" + prompt + ",\"completion_tokens\":" + completion + ",\"total_tokens\":" + total()
                + ",\"prompt_tokens_details\":{\"cached_tokens\":" + cached
                + (written > 0 ? ",\"cache_write_tokens\":" + written : "")
                + "},\"completion_tokens_details\":{\"reasoning_tokens\":" + reasoning + "}"
                + (estimated ? ",\"estimated\":true}" : "}");
    }
}
