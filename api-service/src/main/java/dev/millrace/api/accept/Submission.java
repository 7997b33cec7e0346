package dev.millrace.api.accept;

import dev.millrace.job.JobKind;
import java.util.Map;
import java.util.Optional;

/// What a caller asks for, read and found to be in order.
///
/// @param request the OpenAI body, as it came
/// @param priority 0 to 3; a level makes up for a minute of waiting
record Submission(
        JobKind kind,
        String model,
        byte[] request,
        Map<String, String> metadata,
        Optional<String> webhookUrl,
        int priority) {}
