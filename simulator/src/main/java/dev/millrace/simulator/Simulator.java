package dev.millrace.simulator;

/// Placeholder until its first commit.
public final class Simulator {

    private Simulator() {}

    public static void main(String[] args) {
        System.out.println("Simulator");
    }
}
