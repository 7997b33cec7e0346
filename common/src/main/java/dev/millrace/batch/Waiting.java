package dev.millrace.batch;

import dev.millrace.batch.Combiner.Batch;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An item that was handed over, and whom it concerns what becomes of it.
///
/// @param since when, by [System#nanoTime()]
record Waiting<I, O>(I item, CompletableFuture<O> result, long since) {

    private static final Logger log = LoggerFactory.getLogger(Combiner.class);

    /// Writes a batch and tells each of its items; where it may be one item's fault, one by one.
    static <I, O> void write(Batch<I, O> batch, List<Waiting<I, O>> taken) {
        try {
            var results = batch.write(taken.stream().map(Waiting::item).toList());
            for (int i = 0; i < taken.size(); i++) {
                taken.get(i).result().complete(results.get(i));
            }
        } catch (RuntimeException failure) {
            if (taken.size() > 1 && batch.splits(failure)) {
                log.debug("A batch of {} is written one by one", taken.size(), failure);
                taken.forEach(one -> write(batch, List.of(one)));
            } else {
                taken.forEach(one -> one.result().completeExceptionally(failure));
            }
        } catch (Error failure) {
            // The writer goes on: one that died would leave everybody after these without an answer.
            taken.forEach(one -> one.result().completeExceptionally(failure));
        }
    }
}
