package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the text of a user's URL may be, before anybody asks DNS.
@DisplayNameGeneration(ReplaceUnderscores.class)
class UserUrlTest {

    private static final AddressGuard GUARD =
            new AddressGuard(Networks.parse(List.of()), Networks.parse(List.of("93.184.216.0/24")));

    private static final UserUrl URLS = new UserUrl(false, GUARD);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com",
                "https://example.com/",
                "HTTPS://Example.COM/Hook",
                "https://example.com./hook",
                "https://hooks.example.co.uk:8443/a/b?c=d&e=%20f",
                "https://xn--bcher-kva.example/",
                "https://1.example.com/",
                "https://a-b.example/",
                "https://svc.example.com/",
                "https://internal.example.com/",
                "https://localhost.example.com/",
                "https://8.8.8.8/hook",
                "https://[2a00:1450:4001:81b::200e]/hook"
            })
    void a_public_https_address_is_allowed(String url) {
        assertThat(URLS.objection(url)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://example.com/", "ftp://example.com/", "file:///etc/passwd", "//example.com/", "/hook", ""
            })
    void any_other_scheme_than_https_is_refused(String url) {
        assertThat(URLS.objection(url)).isPresent();
    }

    @Test
    void plain_http_is_allowed_by_explicit_setting_alone_and_nothing_else_with_it() {
        var development = new UserUrl(true, GUARD);
        assertThat(development.objection("http://example.com/")).isEmpty();
        assertThat(development.objection("https://example.com/")).isEmpty();
        assertThat(development.objection("ftp://example.com/")).hasValue("must begin with https:// or http://");
        assertThat(development.objection("http://127.0.0.1/")).isPresent();
        assertThat(development.objection("http://localhost/")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://user@example.com/",
                "https://user:password@example.com/",
                "https://@example.com/",
                "https://example.com@evil.example/",
                "https://example.com%40evil.example@example.org/"
            })
    void a_user_name_is_refused(String url) {
        assertThat(URLS.objection(url)).hasValue("must not hold a user name or password");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://example.com/#", "https://example.com/#top", "https://example.com/?a#b"})
    void a_fragment_is_refused(String url) {
        assertThat(URLS.objection(url)).hasValue("must not have a fragment");
    }

    @Test
    void a_url_of_2048_characters_is_allowed_and_one_more_is_refused() {
        var start = "https://example.com/";
        assertThat(URLS.objection(start + "a".repeat(2_048 - start.length()))).isEmpty();
        assertThat(URLS.objection(start + "a".repeat(2_049 - start.length())))
                .hasValue("is longer than 2048 characters");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " https://example.com/",
                "https://example.com/ ",
                "https://exa mple.com/",
                "https://example.com/\t",
                "https://example.com/\r\nx-injected: 1",
                "https://example.com/\0",
                "https://example.com/\u007f",
                "https://example.com\\@evil.example/",
                "https://bücher.example/",
                "https://example.com/ü",
                "https://example。com/",
                "https://ⓔxample.com/"
            })
    void white_space_control_characters_backslashes_and_non_ascii_are_refused(String url) {
        assertThat(URLS.objection(url)).hasValue("must be ASCII without spaces, control characters or backslashes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://intranet/",
                "https://intranet./",
                "https:example.com",
                "https:/example.com",
                "https:///example.com",
                "https://.example.com/",
                "https://example..com/",
                "https://-example.com/",
                "https://ex%61mple.com/",
                "https://example.com:0/",
                "https://example.com:65536/",
                "https://example.com:port/",
                "https://example.com:-1/"
            })
    void a_host_that_is_no_name_with_a_dot_is_refused(String url) {
        assertThat(URLS.objection(url)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://localhost/",
                "https://LOCALHOST/",
                "https://localhost./",
                "https://a.localhost/",
                "https://a.b.LocalHost./",
                "https://printer.local/",
                "https://db.internal/",
                "https://metadata.google.internal/",
                "https://api.svc/",
                "https://api.default.svc.",
                "https://api.default.svc.cluster.local/"
            })
    void names_of_local_hosts_are_refused(String url) {
        assertThat(URLS.objection(url)).hasValue("must not name a local host");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.1/",
                "https://127.0.1/",
                "https://2130706433/",
                "https://0x7f.1/",
                "https://0x7f000001/",
                "https://0x7f.0x0.0x0.0x1/",
                "https://0177.0.0.1/",
                "https://127.0.0.01/",
                "https://127.0.0.1./",
                "https://127.0.0.256/",
                "https://8.8.8.8.8/",
                "https://1.2.3/",
                "https://example.123/",
                "https://example.0x7f/",
                "https://example.123./"
            })
    void numbers_that_are_no_canonical_address_are_refused(String url) {
        assertThat(URLS.objection(url)).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "https://127.0.0.1/",
        "https://10.0.0.1:8443/hook",
        "https://169.254.169.254/latest/meta-data/",
        "https://93.184.216.34/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
    })
    void a_literal_address_passes_the_same_check_as_a_resolved_one(String url) {
        assertThat(URLS.objection(url)).hasValue("names an address that is not allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://[fe80::1%25lo]/",
                "https://[::1/",
                "https://::1/",
                "https://[127.0.0.1]/",
                "https://[v1.x]/",
                "https://[]/"
            })
    void a_literal_that_is_no_address_is_refused(String url) {
        assertThat(URLS.objection(url)).isPresent();
    }

    @Test
    void a_literal_that_an_operator_opened_is_allowed() {
        var open = new AddressGuard(Networks.parse(List.of("127.0.0.0/8", "::1/128")), Networks.parse(List.of()));
        assertThat(new UserUrl(true, open).objection("http://127.0.0.1:9000/hook"))
                .isEmpty();
        assertThat(new UserUrl(true, open).objection("http://[::1]:9000/hook")).isEmpty();
        assertThat(new UserUrl(true, open).objection("http://10.0.0.1/")).isPresent();
    }

    @Test
    void no_name_is_looked_up() {
        assertThat(URLS.objection("https://nobody-has-this-name.invalid/")).isEmpty();
    }
}
