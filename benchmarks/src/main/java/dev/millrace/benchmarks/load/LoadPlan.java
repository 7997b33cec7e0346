package dev.millrace.benchmarks.load;

import java.util.List;

/// What a load generator is to do. It ends after `seconds` or `count`, whichever comes first.
///
/// @param port          of 127.0.0.1
/// @param path          that is posted to
/// @param senders       take turns, request by request
/// @param kind          of the jobs: `chat` or `video`; `completion` or `stream` for a chat completion that is no job
/// @param model         that the jobs name
/// @param prompt        what each prompt begins with; a number of ten digits follows, the same in no two of them
/// @param connections   kept alive, each with one request at a time
/// @param rate          requests a second, sent when they are due however slow the answers are (open loop); 0 sends the
///                      next when the last is answered (closed loop)
/// @param seconds       how long to send; 0 for no end
/// @param count         how many to send; 0 for no end
/// @param window        most jobs that are accepted and not yet told to the witness; 0 for no limit
/// @param tallyFile     where the witness counts; empty without a window
/// @param obeyRetryAfter whether a connection that is refused waits as long as it is asked to
/// @param leadIn        seconds at the beginning in which the connections come one by one and latencies and rates are
///                      not counted yet; part of `seconds`
public record LoadPlan(
        int port,
        String path,
        List<Sender> senders,
        String kind,
        String model,
        String prompt,
        int connections,
        double rate,
        double seconds,
        long count,
        int window,
        String tallyFile,
        boolean obeyRetryAfter,
        double leadIn) {

    public LoadPlan {
        if (connections < 1 || senders.isEmpty()) {
            throw new IllegalArgumentException("A load needs connections and senders");
        }
        if (window > 0 && tallyFile.isEmpty()) {
            throw new IllegalArgumentException("A window needs the witness's tally");
        }
    }

    /// A closed loop without end.
    public static LoadPlan closed(int port, String path, List<Sender> senders, int connections) {
        return new LoadPlan(port, path, senders, "chat", "sim-chat", "bench", connections, 0, 0, 0, 0, "", false, 0);
    }

    /// Chat completions in a closed loop without end, each answered in one piece.
    public static LoadPlan completions(int port, List<Sender> senders, int connections) {
        return closed(port, "/v1/chat/completions", senders, connections).withModel("completion", "sim-chat");
    }

    /// Whether the answers are streams of events.
    boolean streams() {
        return kind.equals("stream");
    }

    public LoadPlan over(int number) {
        return new LoadPlan(
                port,
                path,
                senders,
                kind,
                model,
                prompt,
                number,
                rate,
                seconds,
                count,
                window,
                tallyFile,
                obeyRetryAfter,
                leadIn);
    }

    public LoadPlan withModel(String ofKind, String name) {
        return new LoadPlan(
                port,
                path,
                senders,
                ofKind,
                name,
                prompt,
                connections,
                rate,
                seconds,
                count,
                window,
                tallyFile,
                obeyRetryAfter,
                leadIn);
    }

    public LoadPlan withPrompt(String beginning) {
        return new LoadPlan(
                port,
                path,
                senders,
                kind,
                model,
                beginning,
                connections,
                rate,
                seconds,
                count,
                window,
                tallyFile,
                obeyRetryAfter,
                leadIn);
    }

    /// The same in an open loop.
    public LoadPlan atRate(double perSecond) {
        return new LoadPlan(
                port,
                path,
                senders,
                kind,
                model,
                prompt,
                connections,
                perSecond,
                seconds,
                count,
                window,
                tallyFile,
                obeyRetryAfter,
                leadIn);
    }

    public LoadPlan forSeconds(double time) {
        return new LoadPlan(
                port,
                path,
                senders,
                kind,
                model,
                prompt,
                connections,
                rate,
                time,
                count,
                window,
                tallyFile,
                obeyRetryAfter,
                leadIn);
    }

    public LoadPlan forCount(long number) {
        return new LoadPlan(
                port,
                path,
                senders,
                kind,
                model,
                prompt,
                connections,
                rate,
                seconds,
                number,
                window,
                tallyFile,
                obeyRetryAfter,
                leadIn);
    }

    public LoadPlan within(int mostUntold, String tally) {
        return new LoadPlan(
                port,
                path,
                senders,
                kind,
                model,
                prompt,
                connections,
                rate,
                seconds,
                count,
                mostUntold,
                tally,
                obeyRetryAfter,
                leadIn);
    }

    public LoadPlan obeying() {
        return new LoadPlan(
                port,
                path,
                senders,
                kind,
                model,
                prompt,
                connections,
                rate,
                seconds,
                count,
                window,
                tallyFile,
                true,
                leadIn);
    }

    /// The same after a while that is not counted: what is measured is then calls, not how connections are opened.
    public LoadPlan after(double uncounted) {
        return new LoadPlan(
                port,
                path,
                senders,
                kind,
                model,
                prompt,
                connections,
                rate,
                seconds + uncounted,
                count,
                window,
                tallyFile,
                obeyRetryAfter,
                uncounted);
    }
}
