package dev.millrace.http;

import java.net.InetAddress;
import java.util.List;

/// Judges the addresses behind names that users gave. IPv4 is allowed unless it stands in the table; of IPv6 only
/// `2000::/3` is allowed, less what stands in the table, so what is unknown is refused; all forms that embed an IPv4
/// address (mapped, NAT64, 6to4, Teredo, ISATAP) are among the refused, so none of them hides one; where an operator
/// opens such a network, the address inside is judged. Java turns a mapped address into the IPv4 address before it
/// comes here.
///
/// @param allowed networks that an operator has opened, such as a private receiver's
/// @param denied networks that an operator has closed, such as its own services'
/// @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry/">IANA special-purpose registries</a>
public record AddressGuard(Networks allowed, Networks denied) {

    private static final Networks FORBIDDEN_V4 = Networks.parse(List.of(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "168.63.129.16/32",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4"));

    private static final Networks GLOBAL_V6 = Networks.parse(List.of("2000::/3"));

    private static final Networks FORBIDDEN_V6 = Networks.parse(List.of(
            "::/96",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "2620:4f:8000::/48",
            "3fff::/20",
            "5f00::/16",
            "fc00::/7",
            "fe80::/10",
            "fec0::/10",
            "ff00::/8"));

    public boolean permits(InetAddress address) {
        return permits(address.getAddress());
    }

    boolean permits(byte[] address) {
        if (denied.contain(address)) {
            return false;
        }
        if (allowed.contain(address)) {
            // A gateway's network is opened for what lies behind it, not for the addresses that no one may reach.
            return EmbeddedIpv4.of(address).stream().allMatch(this::permits);
        }
        return address.length == 4
                ? !FORBIDDEN_V4.contain(address)
                : GLOBAL_V6.contain(address) && !FORBIDDEN_V6.contain(address) && !EmbeddedIpv4.isIsatap(address);
    }
}
