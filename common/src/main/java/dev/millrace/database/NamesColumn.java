package dev.millrace.database;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Names in one column, such as those of parameters: parted by commas, which no name has.
public final class NamesColumn {

    private NamesColumn() {}

    /// @return null for none
    public static @Nullable String write(Collection<String> names) {
        return names.isEmpty() ? null : String.join(",", names);
    }

    public static List<String> read(@Nullable String names) {
        return names == null ? List.of() : List.of(names.split(",", -1));
    }
}
