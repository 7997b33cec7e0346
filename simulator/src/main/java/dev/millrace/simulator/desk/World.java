package dev.millrace.simulator.desk;

import dev.millrace.simulator.behaviour.Behaviours;
import dev.millrace.simulator.hold.Holds;
import dev.millrace.simulator.ledger.Ledger;
import dev.millrace.simulator.render.Renders;

/// All that the simulator remembers.
public record World(Providers providers, Behaviours behaviours, Holds holds, Ledger ledger, Renders renders) {

    public static World fresh() {
        return new World(new Providers(), new Behaviours(), new Holds(), new Ledger(), new Renders());
    }

    /// Back to how it started; held requests are let go.
    public void reset() {
        holds.reset();
        behaviours.reset();
        providers.reset();
        renders.reset();
        ledger.reset();
    }
}
