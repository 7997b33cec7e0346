package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The table of the addresses that a user's URL may not reach, network by network.
@DisplayNameGeneration(ReplaceUnderscores.class)
class AddressGuardTest {

    private static final AddressGuard GUARD = guard(List.of(), List.of());

    private static AddressGuard guard(List<String> allowed, List<String> denied) {
        return new AddressGuard(Networks.parse(allowed), Networks.parse(denied));
    }

    private static boolean permits(AddressGuard guard, String literal) {
        return guard.permits(InetAddress.ofLiteral(literal));
    }

    @ParameterizedTest(name = "{0}: {1} to {2}, and not {3} or {4}")
    @CsvSource({
        "0/8,              0.0.0.0,      0.255.255.255,   ,                1.0.0.0",
        "10/8,             10.0.0.0,     10.255.255.255,  9.255.255.255,   11.0.0.0",
        "100.64/10,        100.64.0.0,   100.127.255.255, 100.63.255.255,  100.128.0.0",
        "127/8,            127.0.0.0,    127.255.255.255, 126.255.255.255, 128.0.0.0",
        "169.254/16,       169.254.0.0,  169.254.255.255, 169.253.255.255, 169.255.0.0",
        "168.63.129.16,    168.63.129.16, 168.63.129.16,  168.63.129.15,   168.63.129.17",
        "172.16/12,        172.16.0.0,   172.31.255.255,  172.15.255.255,  172.32.0.0",
        "192.0.0/24,       192.0.0.0,    192.0.0.255,     191.255.255.255, 192.0.1.0",
        "192.0.2/24,       192.0.2.0,    192.0.2.255,     192.0.1.255,     192.0.3.0",
        "192.31.196/24,    192.31.196.0, 192.31.196.255,  192.31.195.255,  192.31.197.0",
        "192.52.193/24,    192.52.193.0, 192.52.193.255,  192.52.192.255,  192.52.194.0",
        "192.88.99/24,     192.88.99.0,  192.88.99.255,   192.88.98.255,   192.88.100.0",
        "192.168/16,       192.168.0.0,  192.168.255.255, 192.167.255.255, 192.169.0.0",
        "192.175.48/24,    192.175.48.0, 192.175.48.255,  192.175.47.255,  192.175.49.0",
        "198.18/15,        198.18.0.0,   198.19.255.255,  198.17.255.255,  198.20.0.0",
        "198.51.100/24,    198.51.100.0, 198.51.100.255,  198.51.99.255,   198.51.101.0",
        "203.0.113/24,     203.0.113.0,  203.0.113.255,   203.0.112.255,   203.0.114.0",
        "224/4,            224.0.0.0,    239.255.255.255, 223.255.255.255, ",
        "240/4,            240.0.0.0,    255.255.255.255, ,                ",
    })
    void each_ipv4_network_of_the_table_is_refused_from_its_first_address_to_its_last(
            String network, String first, String last, String below, String above) {
        assertThat(permits(GUARD, first)).as(first).isFalse();
        assertThat(permits(GUARD, last)).as(last).isFalse();
        if (below != null) {
            assertThat(permits(GUARD, below)).as(below).isTrue();
        }
        if (above != null) {
            assertThat(permits(GUARD, above)).as(above).isTrue();
        }
    }

    @ParameterizedTest(name = "{0}: {1} to {2}, and not {3} or {4}")
    @CsvSource({
        "2001::/23,         2001::,         2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff, , 2001:200::",
        "2001:db8::/32,     2001:db8::,     2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,"
                + " 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db9::",
        "2002::/16,         2002::,         2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff,"
                + " 2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 2003::",
        "2620:4f:8000::/48, 2620:4f:8000::, 2620:4f:8000:ffff:ffff:ffff:ffff:ffff,"
                + " 2620:4f:7fff:ffff:ffff:ffff:ffff:ffff, 2620:4f:8001::",
        "3fff::/20,         3fff::,         3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff,"
                + " 3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 3fff:1000::",
    })
    void each_network_within_the_global_ipv6_addresses_is_refused_from_its_first_address_to_its_last(
            String network, String first, String last, String below, String above) {
        assertThat(permits(GUARD, first)).as(first).isFalse();
        assertThat(permits(GUARD, last)).as(last).isFalse();
        if (below != null) {
            assertThat(permits(GUARD, below)).as(below).isTrue();
        }
        assertThat(permits(GUARD, above)).as(above).isTrue();
    }

    @ParameterizedTest(name = "{0}: {1} to {2}")
    @CsvSource({
        "::,                 ::,               ::",
        "::1,                ::1,              ::1",
        "::/96,              ::2,              ::ffff:ffff",
        "::ffff:0:0:0/96,    ::ffff:0:0:0,     ::ffff:0:ffff:ffff",
        "64:ff9b::/96,       64:ff9b::,        64:ff9b::ffff:ffff",
        "64:ff9b:1::/48,     64:ff9b:1::,      64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
        "100::/64,           100::,            100::ffff:ffff:ffff:ffff",
        "5f00::/16,          5f00::,           5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fc00::/7,           fc00::,           fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fe80::/10,          fe80::,           febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fec0::/10,          fec0::,           feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "ff00::/8,           ff00::,           ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "below the global,   200::,            1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "above the global,   4000::,           fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    })
    void what_is_no_global_ipv6_address_is_refused_whether_the_table_knows_it_or_not(
            String network, String first, String last) {
        assertThat(permits(GUARD, first)).as(first).isFalse();
        assertThat(permits(GUARD, last)).as(last).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"8.8.8.8", "1.1.1.1", "93.184.216.34", "2000::1", "2a00:1450:4001:81b::200e", "2606:4700::1111"})
    void public_addresses_are_permitted(String address) {
        assertThat(permits(GUARD, address)).isTrue();
    }

    @Test
    void an_ipv4_address_mapped_into_ipv6_is_judged_as_what_it_is() throws Exception {
        assertThat(permits(GUARD, "::ffff:127.0.0.1")).isFalse();
        assertThat(permits(GUARD, "::ffff:169.254.169.254")).isFalse();
        assertThat(GUARD.permits(InetAddress.getByAddress(mapped(10, 0, 0, 1)))).isFalse();
    }

    @Test
    void a_mapped_address_that_java_left_as_ipv6_is_refused() {
        assertThat(GUARD.permits(mapped(8, 8, 8, 8))).isFalse();
        assertThat(GUARD.permits(mapped(127, 0, 0, 1))).isFalse();
    }

    private static byte[] mapped(int a, int b, int c, int d) {
        return new byte[] {
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff, (byte) a, (byte) b, (byte) c, (byte) d
        };
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "NAT64,                 64:ff9b::7f00:1",
        "NAT64 of a site,       64:ff9b:1::a00:1",
        "6to4,                  2002:7f00:1::",
        "6to4 of a public one,  2002:808:808::1",
        "Teredo,                2001:0:4136:e378:8000:63bf:80ff:fffe",
        "ISATAP,                2a00:1450:4001::5efe:7f00:1",
        "ISATAP, 2a00:1450:4001::5efe:a9fe:a9fe",
        "ISATAP of a public one, 2a00:1450:4001:0:200:5efe:808:808",
        "IPv4-compatible,       ::7f00:1",
        "IPv4-translated,       ::ffff:0:7f00:1",
    })
    void no_form_of_ipv6_address_smuggles_an_ipv4_address_past_the_table(String form, String address) {
        assertThat(permits(GUARD, address)).isFalse();
    }

    @Test
    void an_interface_id_that_only_resembles_isatap_is_permitted() {
        assertThat(permits(GUARD, "2a00:1450:4001:0:1:5efe:7f00:1")).isTrue();
        assertThat(permits(GUARD, "2a00:1450:4001:5efe::7f00:1")).isTrue();
    }

    @Test
    void an_operator_opens_exactly_the_networks_it_names() {
        var guard = guard(List.of("10.20.0.0/16", "fd00:1::/32"), List.of());
        assertThat(permits(guard, "10.20.0.0")).isTrue();
        assertThat(permits(guard, "10.20.255.255")).isTrue();
        assertThat(permits(guard, "10.21.0.0")).isFalse();
        assertThat(permits(guard, "127.0.0.1")).isFalse();
        assertThat(permits(guard, "fd00:1:ffff::1")).isTrue();
        assertThat(permits(guard, "fd00:2::1")).isFalse();
    }

    @Test
    void an_operator_closes_exactly_the_networks_it_names() {
        var guard = guard(List.of(), List.of("93.184.216.0/24", "2606:4700::/32"));
        assertThat(permits(guard, "93.184.216.34")).isFalse();
        assertThat(permits(guard, "93.184.217.0")).isTrue();
        assertThat(permits(guard, "2606:4700::1111")).isFalse();
        assertThat(permits(guard, "2606:4701::1111")).isTrue();
    }

    @Test
    void what_an_operator_closes_stays_closed_within_what_it_opens() {
        var guard = guard(List.of("10.0.0.0/8"), List.of("10.0.0.0/24"));
        assertThat(permits(guard, "10.0.0.7")).isFalse();
        assertThat(permits(guard, "10.0.1.7")).isTrue();
    }

    @Test
    void a_network_of_embedded_addresses_that_an_operator_opens_does_not_open_what_they_embed() {
        var guard = guard(List.of("64:ff9b::/96", "2002::/16", "2001::/32"), List.of("8.8.4.0/24"));
        assertThat(permits(guard, "64:ff9b::808:808")).as("NAT64 of 8.8.8.8").isTrue();
        assertThat(permits(guard, "64:ff9b::7f00:1")).as("NAT64 of 127.0.0.1").isFalse();
        assertThat(permits(guard, "64:ff9b::808:404"))
                .as("NAT64 of 8.8.4.4, which is denied")
                .isFalse();
        assertThat(permits(guard, "2002:808:808::1")).as("6to4 of 8.8.8.8").isTrue();
        assertThat(permits(guard, "2002:a00:1::1")).as("6to4 of 10.0.0.1").isFalse();
        assertThat(permits(guard, "2001:0:808:808:8000:63bf:f7f7:f7f7"))
                .as("Teredo of 8.8.8.8 by 8.8.8.8")
                .isTrue();
        assertThat(permits(guard, "2001:0:808:808:8000:63bf:80ff:fffe"))
                .as("Teredo of 127.0.0.1")
                .isFalse();
        assertThat(permits(guard, "2001:0:a00:1:8000:63bf:f7f7:f7f7"))
                .as("Teredo by a server at 10.0.0.1")
                .isFalse();
    }
}
