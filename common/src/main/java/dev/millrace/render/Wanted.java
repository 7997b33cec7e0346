package dev.millrace.render;

import java.util.List;

/// What a worker takes up of the renders that are due.
///
/// @param most how many
/// @param withoutProviders whose renders are left as they are, due
/// @param withoutKeys whose renders are left too
public record Wanted(int most, List<String> withoutProviders, List<RenderKey> withoutKeys) {

    public static Wanted upTo(int most) {
        return new Wanted(most, List.of(), List.of());
    }
}
