package dev.millrace.api.page;

import dev.millrace.api.http.Answer;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/// A page of a list, as the OpenAI SDKs page through it: by `last_id` or by the last item's id, until `has_more` is
/// false.
public final class ListJson {

    private ListJson() {}

    /// A list that is always whole, so that no page is asked for by an id.
    public static <T> void whole(JsonGenerator to, List<T> items, BiConsumer<JsonGenerator, T> item) {
        write(to, items, item, Optional.empty(), Optional.empty(), false);
    }

    /// The first page of what was found.
    ///
    /// @param found one more than the limit where there is more
    public static <T> void page(
            JsonGenerator to, List<T> found, int limit, BiConsumer<JsonGenerator, T> item, Function<T, String> id) {
        boolean more = found.size() > limit;
        var items = more ? found.subList(0, limit) : found;
        var last = items.isEmpty() ? Optional.<String>empty() : Optional.of(id.apply(items.getLast()));
        page(to, items, item, id, last, more);
    }

    /// @param last where the next page goes on, which need not be the last item
    public static <T> void page(
            JsonGenerator to,
            List<T> items,
            BiConsumer<JsonGenerator, T> item,
            Function<T, String> id,
            Optional<String> last,
            boolean more) {
        var first = items.isEmpty() ? Optional.<String>empty() : Optional.of(id.apply(items.getFirst()));
        write(to, items, item, first, last, more);
    }

    private static <T> void write(
            JsonGenerator to,
            List<T> items,
            BiConsumer<JsonGenerator, T> item,
            Optional<String> first,
            Optional<String> last,
            boolean more) {
        to.writeStartObject();
        to.writeStringProperty("object", "list");
        to.writeName("data");
        to.writeStartArray();
        items.forEach(one -> item.accept(to, one));
        to.writeEndArray();
        Answer.text(to, "first_id", first);
        Answer.text(to, "last_id", last);
        to.writeBooleanProperty("has_more", more);
        to.writeEndObject();
    }
}
