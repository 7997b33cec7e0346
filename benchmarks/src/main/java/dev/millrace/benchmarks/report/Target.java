package dev.millrace.benchmarks.report;

/// What a figure is to reach: the floor is what must hold, the goal is where we are going.
public record Target(double floor, double goal, boolean moreIsBetter) {

    /// The figure is to be at least this.
    public static Target atLeast(double floor, double goal) {
        return new Target(floor, goal, true);
    }

    /// The figure is to be at most this.
    public static Target atMost(double floor, double goal) {
        return new Target(floor, goal, false);
    }

    public boolean holdsFloor(double value) {
        return moreIsBetter ? value >= floor : value <= floor;
    }

    public boolean reachesGoal(double value) {
        return moreIsBetter ? value >= goal : value <= goal;
    }
}
