package dev.millrace.job;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Names of parameters in one column, parted by commas.
public final class ParameterNames {

    private ParameterNames() {}

    /// @return null for none
    public static @Nullable String write(Collection<String> names) {
        return names.isEmpty() ? null : String.join(",", names);
    }

    static List<String> read(@Nullable String names) {
        return names == null ? List.of() : List.of(names.split(",", -1));
    }
}
