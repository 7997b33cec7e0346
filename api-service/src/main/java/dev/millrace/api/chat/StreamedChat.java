package dev.millrace.api.chat;

import dev.millrace.api.call.Asked;
import dev.millrace.provider.ChatCall;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.stereotype.Component;

/// Answers a chat as it comes.
@Component
final class StreamedChat {

    void answer(HttpServletResponse response, Asked asked, ChatCall call, long startedNanos) throws IOException {
        throw new UnsupportedOperationException("Streams are not built yet");
    }
}
