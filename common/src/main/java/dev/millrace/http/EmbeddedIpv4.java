package dev.millrace.http;

import java.util.Arrays;
import java.util.List;

/// The IPv4 addresses inside an IPv6 address, in the forms that a gateway would unwrap.
final class EmbeddedIpv4 {

    private static final Networks IN_THE_LAST_BYTES =
            Networks.parse(List.of("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96"));
    private static final Networks SIX_TO_FOUR = Networks.parse(List.of("2002::/16"));
    private static final Networks TEREDO = Networks.parse(List.of("2001::/32"));

    private EmbeddedIpv4() {}

    /// @return what is embedded; nothing for an IPv4 address and for an IPv6 address of its own
    static List<byte[]> of(byte[] address) {
        if (SIX_TO_FOUR.contain(address)) {
            return List.of(Arrays.copyOfRange(address, 2, 6));
        }
        if (TEREDO.contain(address)) {
            var client = Arrays.copyOfRange(address, 12, 16);
            for (int i = 0; i < client.length; i++) {
                client[i] = (byte) ~client[i];
            }
            return List.of(Arrays.copyOfRange(address, 4, 8), client);
        }
        if (IN_THE_LAST_BYTES.contain(address) || isIsatap(address)) {
            return List.of(Arrays.copyOfRange(address, 12, 16));
        }
        return List.of();
    }

    /// ISATAP (RFC 5214): the last 64 bits are `0:5efe` or `200:5efe` and an IPv4 address.
    static boolean isIsatap(byte[] address) {
        return address.length == 16
                && (address[8] & 0xfd) == 0
                && address[9] == 0
                && address[10] == 0x5e
                && address[11] == (byte) 0xfe;
    }
}
