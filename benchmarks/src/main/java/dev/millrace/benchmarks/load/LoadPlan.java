package dev.millrace.benchmarks.load;

import java.util.List;

/// What a load generator is to do.
///
/// @param port    of 127.0.0.1
/// @param path    that is posted to
/// @param senders take turns, request by request
public record LoadPlan(int port, String path, List<Sender> senders, Asked asked, Pace pace, Extent extent) {

    public LoadPlan {
        if (senders.isEmpty()) {
            throw new IllegalArgumentException("A load needs senders");
        }
    }

    /// A closed loop without end.
    public static LoadPlan closed(int port, String path, List<Sender> senders, int connections) {
        var asked = new Asked("chat", "sim-chat", "bench");
        return new LoadPlan(port, path, senders, asked, Pace.closed(connections), Extent.ENDLESS);
    }

    /// Chat completions in a closed loop without end, each answered in one piece.
    public static LoadPlan completions(int port, List<Sender> senders, int connections) {
        return closed(port, "/v1/chat/completions", senders, connections).withModel("completion", "sim-chat");
    }

    /// Whether the answers are streams of events.
    boolean streams() {
        return asked.kind().equals("stream");
    }

    public LoadPlan withModel(String kind, String name) {
        return asking(asked.of(kind, name));
    }

    public LoadPlan withPrompt(String beginning) {
        return asking(asked.beginning(beginning));
    }

    private LoadPlan asking(Asked other) {
        return new LoadPlan(port, path, senders, other, pace, extent);
    }

    /// The same over so many connections.
    public LoadPlan over(int connections) {
        return at(pace.over(connections));
    }

    /// The same in an open loop.
    public LoadPlan atRate(double perSecond) {
        return at(pace.atRate(perSecond));
    }

    public LoadPlan within(int mostUntold, String tallyFile) {
        return at(pace.within(mostUntold, tallyFile));
    }

    public LoadPlan obeying() {
        return at(pace.obeying());
    }

    private LoadPlan at(Pace other) {
        return new LoadPlan(port, path, senders, asked, other, extent);
    }

    public LoadPlan forSeconds(double time) {
        return lasting(extent.seconds(time));
    }

    public LoadPlan forCount(long number) {
        return lasting(extent.count(number));
    }

    /// The same after a while that is not counted: what is measured is then calls, not how connections are opened.
    public LoadPlan after(double uncounted) {
        return lasting(extent.after(uncounted));
    }

    private LoadPlan lasting(Extent other) {
        return new LoadPlan(port, path, senders, asked, pace, other);
    }
}
