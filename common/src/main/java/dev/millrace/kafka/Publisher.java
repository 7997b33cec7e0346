package dev.millrace.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Publishes records on a thread of its own, so that nobody who has committed something waits for Kafka. What is not
/// published is no loss: the rows are the truth, and what no record announced is found by a sweep.
public final class Publisher implements AutoCloseable {

    private static final int MOST_WAITING = 20_000;
    private static final int BATCH = 500;
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private static final Logger log = LoggerFactory.getLogger(Publisher.class);

    private final Producer<byte[], byte[]> producer;
    private final BlockingQueue<ProducerRecord<byte[], byte[]>> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong pausedUntil = new AtomicLong(System.nanoTime());
    private final AtomicBoolean down = new AtomicBoolean();
    private final Thread thread;
    private volatile boolean closed;

    public Publisher(Producer<byte[], byte[]> producer) {
        this.producer = producer;
        this.thread = Thread.ofPlatform().daemon().name("publisher").start(this::publishWhatWaits);
    }

    /// Hands a record over; one that finds the queue full is dropped and counted.
    public void publish(String topic, byte[] value) {
        if (!waiting.offer(new ProducerRecord<>(topic, value))) {
            failed.incrementAndGet();
        }
    }

    /// Records that did not reach Kafka since the start.
    public long failed() {
        return failed.get();
    }

    private void publishWhatWaits() {
        var batch = new ArrayList<ProducerRecord<byte[], byte[]>>(BATCH);
        while (!closed) {
            try {
                batch.add(waiting.take());
            } catch (InterruptedException closing) {
                return;
            }
            waiting.drainTo(batch, BATCH - 1);
            batch.forEach(this::send);
            batch.clear();
        }
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        if (pausedUntil.get() - System.nanoTime() > 0) {
            failed.incrementAndGet();
            return;
        }
        try {
            producer.send(record, (metadata, failure) -> {
                if (failure != null) {
                    pause(failure);
                } else if (down.get()) {
                    down.set(false);
                }
            });
        } catch (RuntimeException failure) {
            // Whatever it is: without this thread nothing would be published any more.
            pause(failure);
        }
    }

    /// While Kafka is away each send would block for its metadata; one try a second is enough to see it return.
    private void pause(Exception failure) {
        failed.incrementAndGet();
        pausedUntil.set(System.nanoTime() + PAUSE_NANOS);
        if (down.compareAndSet(false, true)) {
            log.warn("Kafka takes no records; what they would announce is found by sweeps: {}", failure.toString());
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        producer.close(Duration.ofSeconds(2));
    }
}
