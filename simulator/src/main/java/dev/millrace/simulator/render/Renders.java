package dev.millrace.simulator.render;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/// Every render created, with exact totals of those billed.
///
/// The newest 200,000 are kept one by one; the totals count all.
public final class Renders {

    private static final int KEPT = 200_000;

    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong kept = new AtomicLong();
    private final Map<String, Render> byId = new ConcurrentHashMap<>();
    private final ConcurrentNavigableMap<Long, Render> byNumber = new ConcurrentSkipListMap<>();
    private final Map<String, Render> byIdempotencyKey = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> created = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> billed = new ConcurrentHashMap<>();
    private final AtomicLong generation = new AtomicLong();

    /// Takes an order on, and puts it on the bill if the plan says so.
    ///
    /// @param idPrefix what ids of the wire format begin with
    public Render create(String idPrefix, RenderOrder order, RenderPlan plan) {
        long number = numbers.incrementAndGet();
        Render render = new Render(number, idPrefix + randomId(), order, plan);
        byId.put(render.id(), render);
        byNumber.put(number, render);
        count(created, order.provider());
        if (plan.billed()) {
            count(billed, order.provider());
        }
        if (kept.incrementAndGet() > KEPT) {
            forgetOldest();
        }
        return render;
    }

    /// As [#create], but once for each key of one provider.
    public Render createOnce(String idempotencyKey, String idPrefix, RenderOrder order, RenderPlan plan) {
        return byIdempotencyKey.computeIfAbsent(
                order.provider() + '\n' + order.key() + '\n' + idempotencyKey, _ -> create(idPrefix, order, plan));
    }

    public Optional<Render> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /// The renders that match, from one number on in one direction.
    ///
    /// @param after exclusive; empty to begin at the end that the order begins with
    public List<Render> page(boolean newestFirst, Optional<Long> after, int limit, Predicate<Render> wanted) {
        ConcurrentNavigableMap<Long, Render> ordered = newestFirst ? byNumber.descendingMap() : byNumber;
        ConcurrentNavigableMap<Long, Render> rest = after.isPresent() ? ordered.tailMap(after.get(), false) : ordered;
        List<Render> page = new ArrayList<>();
        for (Render render : rest.values()) {
            if (page.size() == limit) {
                break;
            }
            if (wanted.test(render)) {
                page.add(render);
            }
        }
        return page;
    }

    /// Renders ever created, by provider.
    public Map<String, Long> created() {
        return sums(created);
    }

    /// Renders ever billed, by provider.
    public Map<String, Long> billed() {
        return sums(billed);
    }

    /// Changes with each [#reset()]: what was planned before a reset must not happen after it.
    public long generation() {
        return generation.get();
    }

    public void reset() {
        generation.incrementAndGet();
        byId.clear();
        byNumber.clear();
        byIdempotencyKey.clear();
        created.clear();
        billed.clear();
        kept.set(0);
    }

    private void forgetOldest() {
        var oldest = byNumber.pollFirstEntry();
        if (oldest != null) {
            byId.remove(oldest.getValue().id());
            kept.decrementAndGet();
        }
    }

    private static void count(Map<String, LongAdder> totals, String provider) {
        totals.computeIfAbsent(provider, _ -> new LongAdder()).increment();
    }

    private static Map<String, Long> sums(Map<String, LongAdder> totals) {
        Map<String, Long> sums = new TreeMap<>();
        totals.forEach((provider, sum) -> sums.put(provider, sum.sum()));
        return sums;
    }

    private static String randomId() {
        byte[] id = new byte[12];
        ThreadLocalRandom.current().nextBytes(id);
        return HexFormat.of().formatHex(id);
    }
}
