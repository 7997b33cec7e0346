package dev.millrace.simulator.desk;

import dev.millrace.simulator.render.Render;

/// A task about a render that is already there; behaviours are those of the model it was ordered with.
public abstract class RenderTask implements Task {

    private final Render render;

    protected RenderTask(Render render) {
        this.render = render;
    }

    protected final Render render() {
        return render;
    }

    @Override
    public final String model() {
        return render.order().model();
    }

    @Override
    public final String prompt() {
        return render.order().prompt();
    }
}
