package dev.millrace.quickstart;

/// Placeholder until its first commit.
public final class Quickstart {

    private Quickstart() {}

    public static void main(String[] args) {
        System.out.println("Quickstart");
    }
}
