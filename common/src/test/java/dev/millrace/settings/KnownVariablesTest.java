package dev.millrace.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which variables give a setting. That each setting of the README has one, and that Spring reads it, is
/// `VariablesTest`'s in the quickstart.
@DisplayNameGeneration(ReplaceUnderscores.class)
class KnownVariablesTest {

    private final KnownVariables known = new KnownVariables();

    @ParameterizedTest
    @CsvSource({
        "MILLRACE_SECRET_KEY,                       millrace.secret-key",
        "MILLRACE_SECRETKEY,                        millrace.secret-key",
        "MILLRACE_DISPATCH_ROOM,                    millrace.dispatch.room",
        "MILLRACE_ACCEPT_MOST_QUEUED_PER_PROJECT,   millrace.accept.most-queued-per-project",
        "MILLRACE_ACCEPT_MOSTQUEUEDPERPROJECT,      millrace.accept.most-queued-per-project",
        // A name in the configuration that is no name in the language.
        "MILLRACE_PRICES_DEFAULT_CACHE_WRITE,       millrace.prices.default.cache-write",
    })
    void dots_and_dashes_are_underscores_or_the_dashes_are_left_out(String variable, String setting) {
        assertThat(known.setting(variable)).contains(setting);
    }

    @Test
    void one_dash_left_out_of_several_is_a_spelling_that_spring_does_not_read() {
        assertThat(known.setting("MILLRACE_ACCEPT_MOST_QUEUEDPERPROJECT")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MILLRACE_PROVIDERS_OPENAI_BASE_URL",
                "MILLRACE_PROVIDERS_OPENAI_BASEURL",
                "MILLRACE_PROVIDERS_VECTOR_ENGINE_BASE_URL",
                "MILLRACE_PROVIDERS_VECTORENGINE_BASEURL",
                "MILLRACE_PROVIDERS_MY_OWN_VECTOR_ENGINE_2_BASE_URL",
                // As the environment of a container may have it.
                "MILLRACE_PROVIDERS_my-own.engine_BASEURL",
                // Words of the settings themselves, as an operator may call a provider.
                "MILLRACE_PROVIDERS_BASE_URL_BASE_URL",
                "MILLRACE_PROVIDERS_KEYS_0_BASE_URL",
            })
    void the_name_of_a_provider_may_have_any_number_of_words(String variable) {
        assertThat(known.setting(variable)).contains("millrace.providers.NAME.base-url");
    }

    @ParameterizedTest
    @CsvSource({
        "MILLRACE_PROVIDERS_P_KEYS,                       millrace.providers.NAME.keys",
        "MILLRACE_PROVIDERS_P_KEYS_0,                     millrace.providers.NAME.keys[]",
        "MILLRACE_PROVIDERS_P_KEYS_12,                    millrace.providers.NAME.keys[]",
        "MILLRACE_WEBHOOK_SCHEDULE_0,                     millrace.webhook.schedule[]",
        "MILLRACE_WEBHOOK_SCHEDULE,                       millrace.webhook.schedule",
        "MILLRACE_MODELS_SIM_CHAT_DEPLOYMENTS_0_PROVIDER, millrace.models.NAME.deployments[].provider",
        "MILLRACE_MODELS_M_DEPLOYMENTS_3_REFUSES_0,       millrace.models.NAME.deployments[].refuses[]",
        "MILLRACE_PRICES_TABLE_0_SECONDS_1280X720,        millrace.prices.table[].seconds.NAME",
        "MILLRACE_PRICES_DEFAULT_SECONDS_ANY,             millrace.prices.default.seconds.NAME",
    })
    void entries_of_a_list_have_numbers(String variable, String setting) {
        assertThat(known.setting(variable)).contains(setting);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MILLRACE_",
                "MILLRACE_DISPATCH",
                "MILLRACE_DISPACH_ROOM",
                "MILLRACE_DISPATCH_ROOMS",
                "MILLRACE_DISPATCH_ROOM_0",
                "MILLRACE_DISPATCHROOM",
                "MILLRACE_ROOM",
                "MILLRACE_PROVIDERS_OPENAI",
                "MILLRACE_PROVIDERS_KEYS",
                "MILLRACE_PROVIDERS_OPENAI_API_KEY",
                "MILLRACE_PROVIDERS_OPENAI_KEYS_FIRST",
                "MILLRACE_MODELS_M_DEPLOYMENTS_PROVIDER",
                "MILLRACE_MODELS_M_DEPLOYMENTS_0",
            })
    void anything_else_gives_no_setting(String variable) {
        assertThat(known.setting(variable)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "millrace.dispatch.project-active",
                "millrace.dispatch.projectActive",
                "millrace.dispatch.project_active",
                "millrace_dispatch_project_active",
            })
    void a_name_is_read_as_spring_reads_it_also_with_dots_and_in_small_letters(String name) {
        assertThat(known.setting(name)).contains("millrace.dispatch.project-active");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"millrace.models.sim-chat.deployments[0].model", "millrace.models[gpt-5.2].deployments[0].model"
            })
    void brackets_are_dots(String name) {
        assertThat(known.setting(name)).contains("millrace.models.NAME.deployments[].model");
    }

    @ParameterizedTest
    @CsvSource({
        "MILLRACE_DISPACH_ROOM,                     MILLRACE_DISPATCH_ROOM",
        "MILLRACE_DISPATCHROOM,                     MILLRACE_DISPATCH_ROOM",
        "MILLRACE_SECERT_KEY,                       MILLRACE_SECRET_KEY",
        "MILLRACE_WEBHOOKS_ALLOW_HTTP,              MILLRACE_WEBHOOK_ALLOW_HTTP",
        "MILLRACE_ACCEPT_MOST_QUEUEDPERPROJECT,     MILLRACE_ACCEPT_MOSTQUEUEDPERPROJECT",
        // With the names and numbers that are there.
        "MILLRACE_PROVIDERS_VECTOR_ENGINE_BASE_ULR, MILLRACE_PROVIDERS_VECTOR_ENGINE_BASE_URL",
        "MILLRACE_MODELS_M_DEPLOYMENTS_2_MODLE,     MILLRACE_MODELS_M_DEPLOYMENTS_2_MODEL",
    })
    void of_a_misspelt_one_the_nearest_is_known(String variable, String nearest) {
        assertThat(known.setting(variable)).isEmpty();
        assertThat(known.nearest(variable)).contains(nearest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MILLRACE_", "MILLRACE_X", "MILLRACE_VERSION", "MILLRACE_PUBLIC_ADDRESS_OF_THE_CONSOLE"})
    void what_is_like_no_other_has_no_nearest(String variable) {
        assertThat(known.nearest(variable)).isEmpty();
    }
}
