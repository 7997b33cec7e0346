package dev.millrace.routing;

import java.util.HashMap;
import java.util.Map;

/// Room for so many calls at once, whichever provider they go to, such as a worker's slots. Where several providers
/// share it, none takes it all ([Threshold]): those that hang leave some to the others.
public final class Room {

    /// Where nothing is shared.
    public static final Room ENDLESS = new Room(Integer.MAX_VALUE, 1);

    private final int most;
    private final int sharers;
    private final Map<String, Integer> held = new HashMap<>();
    private int taken;

    /// @param most calls at once
    /// @param sharers providers that may be called
    public Room(int most, int sharers) {
        this.most = most;
        this.sharers = sharers;
    }

    /// Whether a provider may have one more call. A mere question.
    public synchronized boolean has(String provider) {
        return Threshold.allows(held.getOrDefault(provider, 0), most - taken, sharers);
    }

    /// Takes room for a call, if the provider may have one more.
    public synchronized boolean take(String provider) {
        if (!has(provider)) {
            return false;
        }
        held.merge(provider, 1, Integer::sum);
        taken++;
        return true;
    }

    /// Gives back what was taken for a call.
    public synchronized void give(String provider) {
        held.merge(provider, -1, Integer::sum);
        taken--;
    }
}
