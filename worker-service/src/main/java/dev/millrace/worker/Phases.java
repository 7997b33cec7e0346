package dev.millrace.worker;

/// The order of starting, and, backwards, of stopping: what takes work in stops first, what the work needs stops last.
public final class Phases {

    public static final int LEASE = 0;
    public static final int DELIVERY = 100;
    public static final int EXECUTION = 200;
    public static final int FOLLOWING = 250;
    public static final int INTAKE = 300;

    private Phases() {}
}
