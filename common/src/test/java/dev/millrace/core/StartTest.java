package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.access.SecretBox;
import dev.millrace.routing.Routes;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.webhook.DeliverySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.MessageInterpolatorFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.validation.Validator;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;

/// What a service says when a setting keeps it from starting: one sentence, with the path.
@DisplayNameGeneration(ReplaceUnderscores.class)
class StartTest {

    /// What is made of the settings before anything else is there. No configuration by name: the tests of the services
    /// would find it where they look for the core's.
    @EnableConfigurationProperties(MillraceSettings.class)
    @Import(ResolvedSettings.class)
    static class Service {

        @Bean
        Routes routes(MillraceSettings settings) {
            return new Routes(settings.providers(), settings.models());
        }

        @Bean
        SecretBox secretBox(MillraceSettings settings) {
            return new SecretBox(settings.secret());
        }

        @Bean
        DeliverySettings deliveries(MillraceSettings settings) {
            return settings.webhook();
        }
    }

    static class SharedValidator {

        /// As Spring Boot makes it for each start; making it takes longer than the rest of these.
        private static final Validator VALIDATOR = validator();

        private static Validator validator() {
            var factory = new LocalValidatorFactoryBean();
            factory.setMessageInterpolator(new MessageInterpolatorFactory().getObject());
            factory.afterPropertiesSet();
            return factory;
        }

        @Bean(EnableConfigurationProperties.VALIDATOR_BEAN_NAME)
        static Validator configurationPropertiesValidator() {
            return VALIDATOR;
        }
    }

    private static final String KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    /// The sentence that a start with these settings ends with; null if it starts.
    private static @Nullable String sentence(String... settings) {
        var runner = new ApplicationContextRunner()
                .withUserConfiguration(Service.class, SharedValidator.class)
                .withPropertyValues("millrace.secret-key=" + KEY)
                .withPropertyValues(settings);
        var sentence = new AtomicReference<@Nullable String>();
        runner.run(context -> {
            var failure = context.getStartupFailure();
            if (failure != null) {
                sentence.set(Start.sentence(failure));
                assertThat(sentence.get()).as(failure.toString()).isNotNull();
            }
        });
        return sentence.get();
    }

    private static final List<String> PROVIDER = List.of(
            "millrace.providers.p.type=openai",
            "millrace.providers.p.base-url=https://api.example.com/v1",
            "millrace.providers.p.keys[0]=k");

    private static final List<String> MODEL =
            List.of("millrace.models.m.deployments[0].provider=p", "millrace.models.m.deployments[0].model=x");

    private static @Nullable String sentenceWithAProvider(String... more) {
        var all = new ArrayList<>(PROVIDER);
        all.addAll(MODEL);
        all.addAll(Arrays.asList(more));
        return sentence(all.toArray(String[]::new));
    }

    @Test
    void what_holds_together_starts() {
        assertThat(sentence()).isNull();
        assertThat(sentenceWithAProvider()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "millrace.accept.most-body=0B",
                "millrace.accept.most-body=-1B",
                "millrace.worker.request-bytes=-1B",
                "millrace.worker.answer-bytes=-1B",
                "millrace.accept.most-body=big",
                "millrace.accept.most-depth=0",
                "millrace.accept.most-depth=501",
                "millrace.accept.writers=0",
                "millrace.accept.writers=17",
                "millrace.accept.writers=many",
                "millrace.accept.most-batch=0",
                "millrace.accept.most-batch=1001",
                "millrace.accept.most-waiting=0",
                "millrace.accept.most-held=1023KB",
                "millrace.accept.within=0s",
                "millrace.accept.within=soon",
                "millrace.accept.most-queued-per-project=0",
                "millrace.requests.most=-1",
                "millrace.requests.most=1000001",
                "millrace.waits.most=0",
                "millrace.waits.most-per-project=0",
                "millrace.dispatch.room=0",
                "millrace.dispatch.room=100001",
                "millrace.dispatch.project-active=0",
                "millrace.dispatch.unclaimed-for=0s",
                "millrace.dispatch.partitions=0",
                "millrace.dispatch.replicas=0",
                "millrace.dispatch.ramp=0",
                "millrace.lease.renew-every=0s",
                "millrace.lease.renew-every=2s",
                "millrace.lease.most-take-backs=0",
                "millrace.worker.chat-slots=0",
                "millrace.worker.video-slots=0",
                "millrace.worker.poll-slots=0",
                "millrace.worker.fetch-slots=0",
                "millrace.worker.chat-deadline=0s",
                "millrace.worker.drain=-1s",
                "millrace.worker.name=",
                "millrace.retry.most-attempts=0",
                "millrace.retry.most-attempts=101",
                "millrace.retry.base=0s",
                "millrace.retry.cap=500ms",
                "millrace.render.create-deadline=0s",
                "millrace.render.poll-deadline=0s",
                "millrace.render.poll-every=0s",
                "millrace.render.clock-skew=-1s",
                "millrace.render.lookup-every=0s",
                "millrace.render.arrival-window=59s",
                "millrace.render.lookup-for=89s",
                "millrace.render.not-found-for=-1s",
                "millrace.render.fetch-deadline=0s",
                "millrace.render.file-life=0s",
                "millrace.render.error-base=0s",
                "millrace.render.error-cap=500ms",
                "millrace.webhook.allow-http=perhaps",
                "millrace.webhook.allowed-networks=10/8",
                "millrace.webhook.denied-networks=intranet",
                "millrace.webhook.connect-timeout=0s",
                "millrace.webhook.total-timeout=0s",
                "millrace.webhook.schedule=",
                "millrace.webhook.schedule=0s,-1s",
                "millrace.webhook.per-endpoint=0",
                "millrace.webhook.per-project=0",
                "millrace.webhook.per-process=0",
                "millrace.asset.root=",
                "millrace.asset.most-bytes=0B",
                "millrace.models.m.kind=audio",
                "millrace.models.m.deployments[0].weight=0",
                "millrace.models.m.deployments[0].weight=1001",
                "millrace.models.m.deployments[0].model=",
                "millrace.models.m.deployments[0].provider=",
                "millrace.models.m.deployments[0].provider=nobody",
                "millrace.models.m.fallback=nobody",
                "millrace.models.m.fallback=,",
                "millrace.models.m.render.timeout=0s",
                "millrace.models.m.render.on-indeterminate=pray",
                "millrace.providers.p.type=nobody",
                "millrace.providers.p.type=",
                "millrace.providers.p.base-url=",
                "millrace.providers.p.base-url=nowhere",
                "millrace.providers.p.keys=",
                "millrace.providers.p.catch-all=perhaps",
                "millrace.providers.p.accounts=a,b",
                "millrace.providers.p.calls=0",
                "millrace.providers.p.requests-per-minute=-1",
                "millrace.providers.p.tokens-per-minute=-1",
                "millrace.providers.p.probe-after=0s",
                "millrace.models.m.choose=fastest",
                "millrace.models.m.chat.hedge=perhaps",
                // Past 9 minutes, and the SDKs have given up at 10.
                "millrace.models.m.chat.total=541s",
                "millrace.models.m.deployments[0].shutdown=soon",
            })
    void a_value_that_does_not_fit_ends_the_start_with_its_path(String setting) {
        var path = setting.substring(0, setting.indexOf('='));
        assertThat(sentenceWithAProvider(setting))
                .isNotNull()
                .satisfies(sentence ->
                        // A key of a map may stand in brackets, as YAML may have it too.
                        assertThat(sentence.replaceAll("\\[([a-z]+)]", ".$1")).contains(path))
                .satisfies(StartTest::isOneSentence);
    }

    private static void isOneSentence(String sentence) {
        assertThat(sentence)
                .endsWith(".")
                .doesNotContain("\n", "Exception", "null", "java.", "dev.millrace")
                .hasSizeLessThan(250);
    }

    @ParameterizedTest
    @CsvSource({
        "millrace.nobody=1,                              millrace.nobody",
        "millrace.accept.most-bodies=1MB,                millrace.accept.most-bodies",
        "millrace.providers.p.api-key=k,                 millrace.providers.p.api-key",
        "millrace.models.m.deployments[0].modle=x,       millrace.models.m.deployments[0].modle",
        "millrace.webhook.allowed-network=10.0.0.0/8,    millrace.webhook.allowed-network",
    })
    void an_unknown_name_ends_the_start_with_it(String setting, String path) {
        assertThat(sentenceWithAProvider(setting)).startsWith("Unknown setting " + path + " ");
    }

    @Test
    void what_is_not_under_millrace_is_not_ours_to_judge() {
        assertThat(sentence("millrac.nobody=1", "spring.nobody=1")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "millrace.operator-key=${MILLRACE_TEST_NOT_SET}",
                "millrace.providers.p.keys[0]=${MILLRACE_TEST_NOT_SET}",
                "millrace.providers.p.base-url=${MILLRACE_TEST_NOT_SET}",
                "millrace.providers.p.base-url=https://${MILLRACE_TEST_NOT_SET}/v1",
                "millrace.models.m.deployments[0].model=${MILLRACE_TEST_NOT_SET}",
                "millrace.accept.writers=${MILLRACE_TEST_NOT_SET}",
                "millrace.asset.root=${MILLRACE_TEST_NOT_SET}",
            })
    void a_placeholder_that_nothing_resolves_ends_the_start_with_path_and_name(String setting) {
        var path = setting.substring(0, setting.indexOf('='));
        assertThat(sentenceWithAProvider(setting))
                .isNotNull()
                .contains(path, "MILLRACE_TEST_NOT_SET")
                .satisfies(StartTest::isOneSentence);
    }

    @Test
    void a_placeholder_that_something_resolves_is_its_value() {
        assertThat(sentenceWithAProvider("where=api.example.com", "millrace.providers.p.base-url=https://${where}/v1"))
                .isNull();
        assertThat(sentenceWithAProvider("millrace.providers.p.keys[0]=${MILLRACE_TEST_NOT_SET:k2}"))
                .isNull();
    }

    @Test
    void a_dot_env_in_the_working_directory_is_read_too_below_the_environment(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve(".env"), """
                VECTOR_BASE_URL=https://engine.example/v1
                VECTOR_API_KEY=a-key-from-the-file
                TOLD_TWICE=by-the-file
                """);

        var told = StartedElsewhere.in(
                folder,
                Map.of("TOLD_TWICE", "by-the-environment"),
                "millrace.providers.vector-engine.base-url",
                "millrace.providers.vector-engine.keys[0]",
                "TOLD_TWICE");

        assertThat(told)
                .contains(
                        "millrace.providers.vector-engine.base-url=https://engine.example/v1\n",
                        "millrace.providers.vector-engine.keys[0]=a-key-from-the-file\n",
                        "TOLD_TWICE=by-the-environment\n");
    }

    @Test
    void a_service_without_its_secret_key_does_not_start_and_says_how_to_get_one() {
        assertThat(sentence("millrace.secret-key="))
                .isEqualTo("Setting millrace.secret-key must be set (MILLRACE_SECRET_KEY: Base64 of 32 random bytes).");
        assertThat(sentence("millrace.secret-key=short")).isEqualTo("MILLRACE_SECRET_KEY must be Base64 of 32 bytes.");
    }

    @Test
    void no_sentence_shows_a_key() {
        assertThat(sentence("millrace.secret-key=canary")).doesNotContain("canary");
        assertThat(sentence(
                        "millrace.providers.p.type=nobody",
                        "millrace.providers.p.base-url=https://api.example.com/v1",
                        "millrace.providers.p.keys[0]=canary"))
                .doesNotContain("canary");
    }

    @Test
    void the_sentence_of_a_nested_setting_is_written_as_an_operator_writes_it() {
        assertThat(sentence("millrace.accept.most-depth=0"))
                .isEqualTo("Setting millrace.accept.most-depth must be greater than or equal to 1.");
        assertThat(sentence("millrace.accept.writers=many"))
                .isEqualTo("Setting millrace.accept.writers has a value that does not fit.");
        assertThat(sentence("millrace.lease.renew-every=2s"))
                .isEqualTo("millrace.lease.renew-every must be at most a third of duration.");
    }

    @Test
    void the_key_of_a_map_is_shown_as_it_was_written() {
        assertThat(sentence("millrace.models[Vendor/BigModel].kind=chat"))
                .isEqualTo("Setting millrace.models[Vendor/BigModel].deployments must not be empty.");
    }

    @Test
    void a_port_that_is_taken_is_told_as_such() {
        assertThat(Start.sentence(new IllegalStateException(
                        "Web server failed to start", new java.net.BindException("Address already in use"))))
                .isEqualTo("A port of this service is taken; set others with server.port and management.server.port.");
    }

    @Test
    void what_no_setting_explains_has_no_sentence() {
        assertThat(Start.sentence(new IllegalStateException("bug", new IllegalArgumentException("other"))))
                .isNull();
        assertThat(Start.sentence(new NullPointerException())).isNull();
    }
}
