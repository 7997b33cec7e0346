package dev.millrace.routing;

import dev.millrace.room.Threshold;
import java.util.HashMap;
import java.util.Map;

/// Room for so many calls at once, whichever provider they go to, such as a worker's slots. Where several providers
/// share it, none takes it all ([Threshold]): those that hang leave some to the others, and a place to each that has
/// none, for which up to an eighteenth of the room is kept.
public final class Room {

    /// Where nothing is shared.
    public static final Room ENDLESS = new Room(Integer.MAX_VALUE, 1);

    /// The part of the room that may be kept for those that have none.
    private static final int PART = 18;

    private final int most;
    private final int sharers;
    private final Map<String, Integer> held = new HashMap<>();
    private int taken;

    /// Providers that have some.
    private int holders;

    /// @param most calls at once
    /// @param sharers providers that may be called
    public Room(int most, int sharers) {
        this.most = most;
        this.sharers = sharers;
    }

    /// Whether a provider may have one more call. A mere question.
    public synchronized boolean has(String provider) {
        int mine = held.getOrDefault(provider, 0);
        int free = most - taken;
        return Threshold.allows(mine, free, sharers) && (mine == 0 || free > kept());
    }

    private int kept() {
        return Math.min(sharers - holders, most / PART);
    }

    /// Takes room for a call, if the provider may have one more.
    public synchronized boolean take(String provider) {
        if (!has(provider)) {
            return false;
        }
        holders += change(provider, 1) == 1 ? 1 : 0;
        taken++;
        return true;
    }

    /// Gives back what was taken for a call.
    public synchronized void give(String provider) {
        holders -= change(provider, -1) == 0 ? 1 : 0;
        taken--;
    }

    /// @return what the provider has then
    private int change(String provider, int by) {
        return held.merge(provider, by, Integer::sum);
    }
}
