package dev.millrace.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.ToLongFunction;

/// How much is written together.
///
/// @param most items in one statement
/// @param weight of an item, such as its bytes
/// @param mostWeight an item with which a batch would weigh more waits for the next; one alone may be heavier
public record BatchLimit<I>(int most, ToLongFunction<I> weight, long mostWeight) {

    /// So many items, whatever they weigh.
    public static <I> BatchLimit<I> ofItems(int most) {
        return new BatchLimit<>(most, item -> 0, Long.MAX_VALUE);
    }

    /// Takes the next batch from a queue. What was cancelled leaves the queue and is not in it.
    ///
    /// @return empty only if the queue is
    <O> List<Waiting<I, O>> take(Queue<Waiting<I, O>> queue, Admission<I> admission) {
        var taken = new ArrayList<Waiting<I, O>>(Math.min(most, queue.size()));
        long heavy = 0;
        for (var next = queue.peek(); next != null && taken.size() < most; next = queue.peek()) {
            if (!next.result().isCancelled()) {
                long heavier = heavy + weight.applyAsLong(next.item());
                if (heavier > mostWeight && !taken.isEmpty()) {
                    break;
                }
                heavy = heavier;
                taken.add(next);
            }
            queue.remove();
            admission.leave(next.item());
        }
        return taken;
    }
}
