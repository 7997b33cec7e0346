package dev.millrace.quickstart.platform;

/// The parts of a platform that can be left out of its start.
public enum Part {
    POSTGRES("PostgreSQL"),
    KAFKA("Kafka"),
    SIMULATOR("simulator"),
    API("api-service"),
    WORKERS("worker-service");

    private final String title;

    Part(String title) {
        this.title = title;
    }

    /// What people call it.
    public String title() {
        return title;
    }
}
