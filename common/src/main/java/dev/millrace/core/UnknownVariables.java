package dev.millrace.core;

import static org.springframework.core.env.StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
import static org.springframework.core.env.StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME;

import dev.millrace.settings.KnownVariables;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.EnumerablePropertySource;

/// Refuses what is named like a setting of ours and is none, where Spring looks only for what it knows: in the
/// environment and among the system properties. A misspelt limit would be no limit.
///
/// Nor does a variable's name in a file or an argument give a setting, for names have dots there; it is refused too.
final class UnknownVariables implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final String VARIABLE = "MILLRACE_";
    private static final String SETTING = "millrace.";

    /// Clients read these, and a service may be started in a client's shell.
    private static final Set<String> OF_CLIENTS = Set.of("MILLRACE_URL", "MILLRACE_API_KEY", "MILLRACE_WEBHOOK_SECRET");

    /// Kubernetes tells every container where the services beside it are, such as one that is named `millrace-api`.
    ///
    /// @see <a href="https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables">the
    ///     variables of services</a>
    private static final Pattern OF_A_NEIGHBOUR = Pattern.compile(
            "MILLRACE_(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT_\\d+_[A-Z]+(_PROTO|_PORT|_ADDR)?)=.*"
                    + "|MILLRACE_(\\w+_)?PORT=(tcp|udp|sctp)://.*");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^:${}]+)");

    private final KnownVariables known = new KnownVariables();

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        var sources = context.getEnvironment().getPropertySources().stream()
                .filter(EnumerablePropertySource.class::isInstance)
                .<EnumerablePropertySource<?>>map(source -> (EnumerablePropertySource<?>) source)
                .toList();
        for (var source : sources) {
            Arrays.stream(source.getPropertyNames())
                    .sorted()
                    .flatMap(name ->
                            objection(name, source).filter(objection -> !isExcused(name, source, sources)).stream())
                    .findFirst()
                    .ifPresent(objection -> {
                        throw new IllegalArgumentException(objection);
                    });
        }
    }

    private Optional<String> objection(String name, EnumerablePropertySource<?> source) {
        boolean isSetting = name.startsWith(SETTING);
        if (source.getName().equals(SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)) {
            return isSetting || upper(name).startsWith(VARIABLE)
                    ? unknown(name, "in the environment", known.nearest(name))
                    : Optional.empty();
        }
        if (isSetting && source.getName().equals(SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME)) {
            return unknown(
                    name, "among the system properties", known.nearest(name).flatMap(known::setting));
        }
        // A setting's name elsewhere is judged when it is bound.
        return name.startsWith(VARIABLE) ? misplaced(name, source) : Optional.empty();
    }

    private Optional<String> unknown(String name, String place, Optional<String> nearest) {
        return known.setting(name).isPresent()
                ? Optional.empty()
                : Optional.of("Unknown setting " + name + " " + place
                        + nearest.map(near -> "; the nearest known is " + near).orElse(""));
    }

    private Optional<String> misplaced(String name, EnumerablePropertySource<?> source) {
        return Optional.of("Unknown setting " + name + " (" + PropertySourceOrigin.get(source, name)
                + "): only variables of the environment are named like this"
                + known.setting(name).map(setting -> ", here it is " + setting).orElse(""));
    }

    private static boolean isExcused(
            String name, EnumerablePropertySource<?> source, List<EnumerablePropertySource<?>> sources) {
        return OF_CLIENTS.contains(upper(name))
                || OF_A_NEIGHBOUR.matcher(name + "=" + source.getProperty(name)).matches()
                || isUsed(name, sources)
                || isInTheEnvironmentToo(name, source, sources);
    }

    /// Whether a setting takes its value from it, as `${MILLRACE_ANYTHING}`.
    private static boolean isUsed(String name, List<EnumerablePropertySource<?>> sources) {
        return sources.stream()
                .flatMap(source ->
                        Arrays.stream(source.getPropertyNames()).map(key -> String.valueOf(source.getProperty(key))))
                .flatMap(value -> PLACEHOLDER.matcher(value).results())
                .anyMatch(used -> upper(used.group(1)).replaceAll("[.-]", "_").equals(upper(name)));
    }

    /// There it is judged, and holds if it is a setting: a `.env` file may be of `docker compose` and of a shell.
    private static boolean isInTheEnvironmentToo(
            String name, EnumerablePropertySource<?> source, List<EnumerablePropertySource<?>> sources) {
        return sources.stream()
                .anyMatch(other -> other.getName().equals(SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)
                        && !other.equals(source)
                        && other.containsProperty(name));
    }

    private static String upper(String name) {
        return name.toUpperCase(Locale.ROOT);
    }
}
