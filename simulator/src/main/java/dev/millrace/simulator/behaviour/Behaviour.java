package dev.millrace.simulator.behaviour;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/// What is asked of one answer: keys with checked values. Immutable.
public final class Behaviour {

    /// An instant answer that is in order.
    public static final Behaviour NORMAL = new Behaviour(new EnumMap<>(Key.class));

    private final EnumMap<Key, Object> values;

    private Behaviour(EnumMap<Key, Object> values) {
        this.values = values;
    }

    /// Reads and checks keys and values.
    ///
    /// @param words key and value as a person writes them
    /// @throws InvalidBehaviourException naming the first key or value that is not known
    public static Behaviour parse(Map<String, String> words) throws InvalidBehaviourException {
        EnumMap<Key, Object> values = new EnumMap<>(Key.class);
        for (var word : words.entrySet()) {
            Key key = Key.of(word.getKey());
            if (key == null) {
                throw new InvalidBehaviourException("unknown behaviour '" + word.getKey() + "'");
            }
            try {
                values.put(key, key.kind().read(word.getValue()));
            } catch (IllegalArgumentException e) {
                throw new InvalidBehaviourException("behaviour '" + word.getKey() + "' takes "
                        + key.kind().form() + ", not '" + word.getValue() + "'");
            }
        }
        return values.isEmpty() ? NORMAL : new Behaviour(values);
    }

    public boolean isNormal() {
        return values.isEmpty();
    }

    public boolean has(Key key) {
        return values.containsKey(key);
    }

    public boolean is(Key flag) {
        return Boolean.TRUE.equals(values.get(flag));
    }

    public Optional<String> text(Key key) {
        return Optional.ofNullable((String) values.get(key));
    }

    public boolean is(Key key, String value) {
        return value.equals(values.get(key));
    }

    public OptionalLong number(Key key) {
        Object value = values.get(key);
        return value == null ? OptionalLong.empty() : OptionalLong.of((Long) value);
    }

    /// The time for this key; of a range a new one each time.
    public Optional<Duration> time(Key key) {
        return Optional.ofNullable(values.get(key))
                .map(value -> value instanceof DurationRange range ? range.pick() : (Duration) value);
    }

    /// This with the other's values laid over it.
    Behaviour overlaidBy(Behaviour other) {
        if (other.values.isEmpty()) {
            return this;
        }
        EnumMap<Key, Object> both = new EnumMap<>(values);
        both.putAll(other.values);
        return new Behaviour(both);
    }

    /// The part that describes an answer in order.
    Behaviour withoutFaults() {
        EnumMap<Key, Object> shape = new EnumMap<>(values);
        shape.keySet().removeIf(key -> key.role() != Key.Role.SHAPE);
        return new Behaviour(shape);
    }

    boolean hasFault() {
        return values.keySet().stream().anyMatch(key -> key.role() == Key.Role.FAULT);
    }

    Limits limits() {
        return new Limits(
                number(Key.AFTER).orElse(0),
                number(Key.TIMES).orElse(Long.MAX_VALUE),
                Optional.ofNullable((Flap) values.get(Key.FLAP)),
                Optional.ofNullable((Double) values.get(Key.ERROR_RATE)),
                text(Key.PER));
    }

    /// An error rate alone means the commonest error.
    Behaviour withImpliedFault() {
        if (!has(Key.ERROR_RATE) || hasFault()) {
            return this;
        }
        EnumMap<Key, Object> more = new EnumMap<>(values);
        more.put(Key.STATUS, 500L);
        return new Behaviour(more);
    }

    @Override
    public String toString() {
        Map<String, Object> words = new TreeMap<>();
        values.forEach((key, value) -> words.put(key.word(), value));
        return words.toString();
    }
}
