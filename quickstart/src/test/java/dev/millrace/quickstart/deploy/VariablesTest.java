package dev.millrace.quickstart.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.settings.KnownVariables;
import dev.millrace.settings.MillraceSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/// Settings as variables of the environment: what the README promises can be given is read, and none of it refused.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class VariablesTest {

    private static final Pattern VARIABLE = Pattern.compile("\\bMILLRACE_[A-Z0-9_]+\\b");

    private final KnownVariables known = new KnownVariables();

    static List<String> settings() {
        return SettingsTable.names();
    }

    /// With an underscore for each dash, and without the dashes.
    private static List<String> variables(String setting, String name) {
        return Stream.of("_", "")
                .map(dash -> setting.replace("NAME", name)
                        .replace("[]", "_0")
                        .replace("-", dash)
                        .replace('.', '_')
                        .toUpperCase(Locale.ROOT))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void every_setting_of_the_table_is_read_from_its_variable(String setting) {
        for (var variable : variables(setting, "any1")) {
            assertThat(read(variable)).as(variable).isPresent();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void no_variable_of_a_setting_is_refused_whatever_an_operator_calls_providers_and_models(String setting) {
        for (var name : List.of("p", "any1", "gpt-5", "my-own-vector-engine", "base-url", "chat", "0", "keys-0")) {
            for (var variable : variables(setting, name)) {
                assertThat(known.setting(variable)).as(variable).isPresent();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void every_list_is_also_given_entry_by_entry(String setting) {
        for (var variable : variables(setting, "any1")) {
            var entry = variable + "_0";
            // A map takes whatever follows as the name.
            if (!setting.endsWith(".NAME")) {
                assertThat(known.setting(entry).isPresent())
                        .as(entry)
                        .isEqualTo(read(entry).isPresent());
            }
        }
    }

    @Test
    void what_spring_does_not_read_is_not_known() {
        for (var variable : List.of(
                "MILLRACE_DISPACH_ROOM",
                "MILLRACE_DISPATCHROOM",
                "MILLRACE_ACCEPT_MOST_QUEUEDPERPROJECT",
                "MILLRACE_MODELS_ANY1_DEPLOYMENTS_MODEL")) {
            assertThat(read(variable)).as(variable).isEmpty();
            assertThat(known.setting(variable)).as(variable).isEmpty();
        }
    }

    /// What Spring looks up in an environment that has nothing else; whether it fits is not the question.
    private static Optional<ConfigurationProperty> read(String variable) {
        var sources = new MutablePropertySources();
        sources.addLast(new SystemEnvironmentPropertySource("systemEnvironment", Map.of(variable, "0")));
        var read = new ArrayList<ConfigurationProperty>();
        var recording = new AbstractBindHandler() {
            @Override
            public Object onSuccess(
                    ConfigurationPropertyName name, Bindable<?> target, BindContext context, Object result) {
                note(context);
                return result;
            }

            @Override
            public Object onFailure(
                    ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error)
                    throws Exception {
                note(context);
                throw error;
            }

            private void note(BindContext context) {
                var property = context.getConfigurationProperty();
                if (property != null) {
                    read.add(property);
                }
            }
        };
        try {
            new Binder(ConfigurationPropertySources.from(sources))
                    .bindOrCreate("millrace", Bindable.of(MillraceSettings.class), recording);
            return read.stream().findFirst();
        } catch (BindException unfit) {
            return read.stream().findFirst();
        }
    }

    @Test
    void every_variable_that_the_project_names_is_a_setting_or_a_clients() {
        var named = new TreeSet<String>();
        var files = Stream.of(
                "README.md",
                "millrace",
                "docker-compose.yml",
                "api-service/Dockerfile",
                "worker-service/Dockerfile",
                "docs/run-readme");
        Stream.concat(files.map(ProjectFiles::file), DocumentsTest.documents())
                .flatMap(file -> VARIABLE.matcher(ProjectFiles.text(file)).results())
                .forEach(match -> named.add(match.group()));

        assertThat(named).contains("MILLRACE_SECRET_KEY", "MILLRACE_OPERATOR_KEY", "MILLRACE_ASSET_ROOT");
        // That a service passes over these is what UnknownVariablesTest says.
        assertThat(named)
                .filteredOn(variable -> known.setting(variable).isEmpty())
                .containsExactly("MILLRACE_API_KEY", "MILLRACE_URL", "MILLRACE_WEBHOOK_SECRET");
    }
}
