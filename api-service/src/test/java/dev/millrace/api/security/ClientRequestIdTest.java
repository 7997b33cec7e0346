package dev.millrace.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ClientRequestIdTest {

    @Test
    void printable_ASCII_of_up_to_512_characters_goes_into_the_log() {
        var longest = "~".repeat(512);

        assertThat(ClientRequestId.of(request(longest))).hasValue(longest);
        assertThat(ClientRequestId.of(request("order 4711/2"))).hasValue("order 4711/2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "a\rb", "a\u0000b", "sch\u00f6n", "a\u007fb", "\u001b[31m"})
    void anything_else_is_ignored_since_it_would_be_written_into_a_log(String id) {
        assertThat(ClientRequestId.of(request(id))).isEmpty();
    }

    @Test
    void nor_does_a_longer_one() {
        assertThat(ClientRequestId.of(request("x".repeat(513)))).isEmpty();
        assertThat(ClientRequestId.of(new MockHttpServletRequest())).isEmpty();
    }

    private static MockHttpServletRequest request(String id) {
        var request = new MockHttpServletRequest();
        request.addHeader("X-Client-Request-Id", id);
        return request;
    }
}
