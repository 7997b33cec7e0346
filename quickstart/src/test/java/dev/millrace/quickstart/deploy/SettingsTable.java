package dev.millrace.quickstart.deploy;

import dev.millrace.settings.MillraceSettings;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.lang.annotation.Annotation;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.util.unit.DataSize;

/// Every setting under `millrace.`, read off the records that it is bound to and their documentation, as a table.
final class SettingsTable {

    /// @param kind      of its value
    /// @param byDefault what it is when nobody sets it
    record Row(String name, String kind, String byDefault, String meaning) {
        String markdown() {
            return "| `%s` | %s | %s | %s |".formatted(name, kind, byDefault, meaning);
        }
    }

    private static final Pattern PARAM = Pattern.compile("(?m)^ */// @param (\\w+) +(.*(?:\n *///  +.*)*)");

    /// What the records leave to their names.
    private static final Map<String, String> SAID_BY_THE_NAME = Map.of(
            "millrace.models.NAME.kind", "what the model is for",
            "millrace.models.NAME.deployments[].provider", "a name under `millrace.providers`",
            "millrace.models.NAME.deployments[].model", "the model's name at that provider");

    private SettingsTable() {}

    static List<String> names() {
        return rows().stream().map(Row::name).toList();
    }

    static String markdown() {
        return "| Setting | Kind | Default | Meaning |\n| --- | --- | --- | --- |\n"
                + rows().stream().map(row -> row.markdown() + "\n").collect(Collectors.joining());
    }

    static List<Row> rows() {
        var rows = new ArrayList<Row>();
        add(rows, "millrace", MillraceSettings.class);
        return rows;
    }

    private static void add(List<Row> rows, String prefix, Class<?> settings) {
        var documented = documentation(settings);
        for (var parameter : settings.getDeclaredConstructors()[0].getParameters()) {
            add(rows, prefix + "." + name(parameter), parameter, documented);
        }
    }

    private static void add(List<Row> rows, String name, Parameter parameter, Map<String, String> documented) {
        var type = parameter.getType();
        if (isOfSettings(type)) {
            add(rows, name, type);
        } else if (type == Map.class && isOfSettings(argument(parameter, 1))) {
            add(rows, name + ".NAME", argument(parameter, 1));
        } else if (type == List.class && isOfSettings(argument(parameter, 0))) {
            add(rows, name + "[]", argument(parameter, 0));
        } else {
            var meaning = documented.getOrDefault(parameter.getName(), SAID_BY_THE_NAME.get(name));
            if (meaning == null) {
                throw new AssertionError("Nothing says what " + name + " means");
            }
            rows.add(
                    new Row(type == Map.class ? name + ".NAME" : name, kind(parameter), byDefault(parameter), meaning));
        }
    }

    private static boolean isOfSettings(Class<?> type) {
        return type.isRecord() && type.getName().startsWith("dev.millrace.");
    }

    private static Class<?> argument(Parameter parameter, int index) {
        Type argument = ((ParameterizedType) parameter.getParameterizedType()).getActualTypeArguments()[index];
        return argument instanceof Class<?> type ? type : String.class;
    }

    private static String kind(Parameter parameter) {
        var type = parameter.getType();
        if (type == List.class || type == Set.class) {
            return "list of " + words(argument(parameter, 0));
        }
        return word(type == Map.class ? argument(parameter, 1) : type) + bounds(parameter);
    }

    private static String words(Class<?> type) {
        return type.isEnum() ? word(type) : word(type) + "s";
    }

    private static String word(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant ->
                            "`" + constant.toString().toLowerCase(Locale.ROOT).replace('_', '-') + "`")
                    .collect(Collectors.joining(", "));
        }
        var words = Map.of(
                Duration.class, "duration",
                DataSize.class, "size",
                Path.class, "folder",
                int.class, "number",
                long.class, "number",
                boolean.class, "`true`, `false`",
                LocalDate.class, "date",
                BigDecimal.class, "amount",
                String.class, "text");
        return Objects.requireNonNull(words.get(type), () -> "No word for " + type);
    }

    private static String bounds(Parameter parameter) {
        var min = parameter.getAnnotation(Min.class);
        var max = parameter.getAnnotation(Max.class);
        if (min == null) {
            return "";
        }
        return max == null
                ? String.format(Locale.ROOT, ", %,d or more", min.value())
                : String.format(Locale.ROOT, ", %,d to %,d", min.value(), max.value());
    }

    private static String byDefault(Parameter parameter) {
        var annotation = parameter.getAnnotation(DefaultValue.class);
        var values = annotation == null ? new String[0] : annotation.value();
        var text = String.join(", ", values);
        if (!text.isEmpty()) {
            return "`" + text + "`";
        }
        return isRequired(parameter) ? "required" : "none";
    }

    private static boolean isRequired(Parameter parameter) {
        List<Class<? extends Annotation>> demands = List.of(NotBlank.class, NotEmpty.class, NotNull.class);
        return demands.stream().anyMatch(parameter::isAnnotationPresent);
    }

    /// What the source of a record says of its components, by their names.
    private static Map<String, String> documentation(Class<?> settings) {
        var outer = settings.getNestHost();
        var file = "/" + outer.getName().replace('.', '/') + ".java";
        var source = ProjectFiles.mainSources().stream()
                .filter(path -> path.toString().endsWith(file))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No source of " + outer));
        var documented = new LinkedHashMap<String, String>();
        PARAM.matcher(ProjectFiles.text(source)).results().forEach(match -> {
            var meaning =
                    match.group(2).replaceAll("\\s*\n *///\\s+", " ").strip().replace("|", "\\|");
            documented.put(match.group(1), meaning);
        });
        return documented;
    }

    /// As it is written in a configuration.
    private static String name(Parameter parameter) {
        var own = parameter.getAnnotation(Name.class);
        return own == null ? kebab(parameter.getName()) : own.value();
    }

    private static String kebab(@Nullable String name) {
        return String.valueOf(name).replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
