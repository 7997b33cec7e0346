package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class NetworksTest {

    private static boolean contains(String network, String address) {
        return Networks.parse(List.of(network))
                .contain(InetAddress.ofLiteral(address).getAddress());
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0/0,       255.255.255.255, true",
        "128.0.0.0/1,     127.255.255.255, false",
        "128.0.0.0/1,     128.0.0.0,       true",
        "10.64.0.0/11,    10.95.255.255,   true",
        "10.64.0.0/11,    10.96.0.0,       false",
        "10.0.0.4/31,     10.0.0.5,        true",
        "10.0.0.4/31,     10.0.0.6,        false",
        "10.0.0.4/32,     10.0.0.4,        true",
        "10.0.0.4/32,     10.0.0.5,        false",
        "10.0.0.4,        10.0.0.4,        true",
        "10.0.0.4,        10.0.0.5,        false",
        "10.1.2.3/8,      10.255.0.0,      true",
        "::/0,            2a00::1,         true",
        "fd00:8000::/17,  fd00:7fff::1,    false",
        "fd00:8000::/17,  fd00:ffff::1,    true",
        "fd00::1,         fd00::1,         true",
        "fd00::1,         fd00::2,         false",
    })
    void a_network_contains_the_addresses_that_share_its_prefix(String network, String address, boolean contained) {
        assertThat(contains(network, address)).isEqualTo(contained);
    }

    @Test
    void a_network_of_one_family_contains_no_address_of_the_other() {
        assertThat(contains("0.0.0.0/0", "::1")).isFalse();
        assertThat(contains("::/0", "127.0.0.1")).isFalse();
    }

    @Test
    void no_networks_contain_nothing() {
        assertThat(Networks.parse(List.of()).contain(new byte[] {127, 0, 0, 1})).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10/8",
                "10.0/16",
                "010.0.0.0/8",
                "0x0a.0.0.0/8",
                "167772160/8",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/",
                "10.0.0.0/x",
                "10.0.0.0/8/8",
                "10.0.0.256/8",
                " 10.0.0.0/8",
                "fd00::/129",
                "fd00:::/16",
                "fd00::1%eth0/128",
                "::ffff:10.0.0.0/104",
                "host:name/16",
                "example.com/8",
                "localhost"
            })
    void what_is_no_network_in_full_notation_is_refused_by_its_text(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Networks.parse(List.of("10.0.0.0/8", text)))
                .withMessage("Not a network: " + text);
    }
}
