package dev.millrace.settings;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.context.properties.bind.Name;

/// The variables of the environment by which the settings can be given, read off the records that these are bound to.
/// Leniently where an operator chooses the name, and to the letter elsewhere.
public final class KnownVariables {

    /// Stands in a setting for a name that an operator chooses.
    static final String NAME = "NAME";

    /// With more differences than these, two names have nothing to do with each other.
    private static final int MOST_DIFFERENCES = 4;

    private final List<Spelling> spellings;

    public KnownVariables() {
        var settings = new ArrayList<String>();
        collect(settings, "millrace", MillraceSettings.class);
        spellings = settings.stream().flatMap(Spelling::of).toList();
    }

    /// The setting that a variable gives, with `NAME` for a name and `[]` for an index.
    ///
    /// @param variable its name, or that of a setting with dots, which the environment of a container may have
    public Optional<String> setting(String variable) {
        var given = Spelling.words(variable);
        return spellings.stream()
                .filter(spelling -> spelling.fits(given))
                .map(Spelling::setting)
                .findFirst();
    }

    /// The variable that may have been meant; empty if none is near.
    public Optional<String> nearest(String variable) {
        var words = Spelling.words(variable);
        var given = String.join("_", words);
        int most = Math.min(MOST_DIFFERENCES, given.length() / 3);
        return spellings.stream()
                .map(spelling -> String.join("_", spelling.like(words)))
                .filter(known -> differences(known, given) <= most)
                .min(Comparator.comparingInt(known -> differences(known, given)))
                .map(known -> "MILLRACE_" + known);
    }

    private static void collect(List<String> settings, String path, Type type) {
        if (isOfSettings(type)) {
            for (var field : ((Class<?>) type).getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    collect(settings, path + "." + name(field), field.getGenericType());
                }
            }
        } else if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
            collect(settings, path + "." + NAME, map.getActualTypeArguments()[1]);
        } else if (type instanceof ParameterizedType list) {
            var element = list.getActualTypeArguments()[0];
            collect(settings, path + "[]", element);
            if (!isOfSettings(element)) {
                // All in one, with commas between.
                settings.add(path);
            }
        } else {
            settings.add(path);
        }
    }

    private static boolean isOfSettings(Type type) {
        return type instanceof Class<?> raw && raw.isRecord();
    }

    private static String name(Field field) {
        var own = field.getAnnotation(Name.class);
        return own == null ? field.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT) : own.value();
    }

    /// How many letters must be put in, taken out or replaced to make one of the other.
    ///
    /// @see <a href="https://en.wikipedia.org/wiki/Levenshtein_distance">Levenshtein distance</a>
    private static int differences(String one, String other) {
        var row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
