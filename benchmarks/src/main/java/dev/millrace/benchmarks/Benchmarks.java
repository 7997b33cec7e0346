package dev.millrace.benchmarks;

/// Placeholder until its first commit.
public final class Benchmarks {

    private Benchmarks() {}

    public static void main(String[] args) {
        System.out.println("Benchmarks");
    }
}
