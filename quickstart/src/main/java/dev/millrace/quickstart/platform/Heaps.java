package dev.millrace.quickstart.platform;

/// The largest heaps of the services, as the JVM takes them. With the 256 MiB of the JVM that has Kafka in it they come
/// to 1,008 MiB.
public final class Heaps {

    public static final String API = "336m";
    static final String WORKER = "320m";
    static final String SIMULATOR = "96m";

    private Heaps() {}

    /// Bytes of a size in the JVM's notation: `320m`, `1g`.
    static long bytes(String size) {
        long number = Long.parseLong(size.substring(0, size.length() - 1));
        return switch (size.charAt(size.length() - 1)) {
            case 'k', 'K' -> number << 10;
            case 'm', 'M' -> number << 20;
            case 'g', 'G' -> number << 30;
            default -> throw new IllegalArgumentException("Not a size with a unit: " + size);
        };
    }
}
