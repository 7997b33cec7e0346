package dev.millrace.provider.gemini.video;

import dev.millrace.access.Secret;
import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import dev.millrace.provider.ErrorWords;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderKey;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hc.core5.http.message.BasicHeader;
import org.jspecify.annotations.Nullable;

/// The access tokens of service accounts. Each is kept until shortly before it ends, and renewed by one caller at a
/// time while the others wait for it. Without a token nothing is sent, so whatever goes wrong here concerns the key and
/// is no attempt whose answer was lost.
final class ServiceTokens {

    private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final Duration LONGEST_CALL = Duration.ofSeconds(10);

    /// A token is renewed so long before its end, or at four fifths of a short life.
    private static final Duration MARGIN = Duration.ofMinutes(5);

    private static final long LONGEST_LIFE_SECONDS = Duration.ofHours(12).toSeconds();
    private static final int MOST_BYTES = 64 * 1024;

    private final OutboundHttp http;
    private final Clock clock;
    private final Map<String, Slot> slots = new ConcurrentHashMap<>();

    ServiceTokens(OutboundHttp http, Clock clock) {
        this.http = http;
        this.clock = clock;
    }

    private record Token(Secret text, Instant renewAt) {}

    /// One account's token, and the right to renew it.
    private static final class Slot {
        final ReentrantLock renewal = new ReentrantLock();
        volatile @Nullable Token token;

        @Nullable
        ServiceAccount account;

        /// A token that was refused is not used again; one that has come since is.
        void forget(Token refused) {
            renewal.lock();
            try {
                if (refused.equals(token)) {
                    token = null;
                }
            } finally {
                renewal.unlock();
            }
        }
    }

    /// A token, or why there is none.
    Pass pass(Target target) {
        var key = target.key();
        var slot = slots.computeIfAbsent(key.ref(), ref -> new Slot());
        var token = slot.token;
        if (token != null && clock.instant().isBefore(token.renewAt())) {
            return granted(slot, key, token);
        }
        slot.renewal.lock();
        try {
            token = slot.token;
            if (token != null && clock.instant().isBefore(token.renewAt())) {
                return granted(slot, key, token);
            }
            return renew(slot, target);
        } finally {
            slot.renewal.unlock();
        }
    }

    private static Pass granted(Slot slot, ProviderKey key, Token token) {
        return new Pass.Granted(
                List.of(new BasicHeader(
                        "Authorization", "Bearer " + token.text().reveal())),
                words -> token.text().maskedIn(key.secret().maskedIn(words)),
                () -> slot.forget(token));
    }

    private Pass renew(Slot slot, Target target) {
        ServiceAccount account;
        try {
            account = slot.account == null ? ServiceAccount.of(target.key().secret()) : slot.account;
            slot.account = account;
        } catch (ServiceAccount.UnusableException unusable) {
            return refused("invalid_key", unusable.getMessage(), Optional.empty());
        }
        var assertion = account.assertion(clock.instant());
        var form = "grant_type=" + URLEncoder.encode(GRANT, StandardCharsets.UTF_8) + "&assertion=" + assertion;
        var deadline = target.deadline().compareTo(LONGEST_CALL) < 0 ? target.deadline() : LONGEST_CALL;
        var asked = clock.instant();
        var reply = http.send(new OutboundCall(
                "POST",
                account.tokenUri(),
                List.of(new BasicHeader("Accept", "application/json")),
                Optional.of(new OutboundCall.Body(
                        form.getBytes(StandardCharsets.US_ASCII), "application/x-www-form-urlencoded")),
                deadline,
                false,
                () -> true,
                MOST_BYTES));
        return reply instanceof Reply.Answered answer
                ? answered(slot, target.key(), asked, assertion, answer)
                : refused("no_token", "The token could not be asked for", Optional.empty());
    }

    private static Pass answered(Slot slot, ProviderKey key, Instant asked, String assertion, Reply.Answered answer) {
        var body = PaidCreate.read(answer.body());
        if (answer.status() == 200) {
            var text = body.path("access_token").asString("");
            long life = Math.clamp(body.path("expires_in").asLong(0), 0, LONGEST_LIFE_SECONDS);
            if (text.isEmpty() || text.chars().anyMatch(c -> c <= ' ' || c > '~') || life == 0) {
                return refused("no_token", "The answer to the request for a token can't be read", Optional.of(answer));
            }
            var whole = Duration.ofSeconds(life);
            var margin = whole.dividedBy(5).compareTo(MARGIN) < 0 ? whole.dividedBy(5) : MARGIN;
            var token = new Token(new Secret(text), asked.plus(whole).minus(margin));
            slot.token = token;
            return granted(slot, key, token);
        }
        var words = body.path("error_description").asString(body.path("error").asString(""));
        var message = "Status " + answer.status() + " for a token" + (words.isEmpty() ? "" : ": " + words);
        var shown = ErrorWords.message(message, text -> key.secret().maskedIn(text.replace(assertion, "****")));
        if (answer.status() == 429) {
            return new Pass.Refused(
                    new ProviderOutcome.RateLimited(
                            failure("rate_limited", shown, Optional.of(answer)), answer.retryAfter()),
                    shown);
        }
        return refused(answer.status() / 100 == 4 ? "invalid_key" : "no_token", shown, Optional.of(answer));
    }

    private static Pass refused(String kind, @Nullable String message, Optional<Reply.Answered> answer) {
        var shown = String.valueOf(message);
        return new Pass.Refused(new ProviderOutcome.Retryable(failure(kind, shown, answer)), shown);
    }

    private static Failure failure(String kind, String message, Optional<Reply.Answered> answer) {
        return new Failure(
                Scope.KEY, kind, kind, message, Optional.empty(), answer.map(Reply.Answered::status), Optional.empty());
    }
}
