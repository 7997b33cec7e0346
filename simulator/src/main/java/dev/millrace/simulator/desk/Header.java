package dev.millrace.simulator.desk;

/// One header of an answer.
public record Header(String name, String value) {}
