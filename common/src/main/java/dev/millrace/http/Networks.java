package dev.millrace.http;

import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;

/// A set of IP networks in CIDR notation, such as `10.0.0.0/8` and `fc00::/7`.
public record Networks(List<Network> networks) {

    /// @param prefix bits that an address must share
    public record Network(byte[] address, int prefix) {

        private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F:.]*");
        private static final Pattern PREFIX = Pattern.compile("\\d{1,3}");

        /// @throws IllegalArgumentException if the text is no network
        public static Network parse(String text) {
            int slash = text.indexOf('/');
            var literal = slash < 0 ? text : text.substring(0, slash);
            // Java reads more as an address than anybody means by it: `10/8` would be 0.0.0.10/8.
            if (!UserUrl.DOTTED_QUAD.matcher(literal).matches()
                    && !IPV6.matcher(literal).matches()) {
                throw new IllegalArgumentException("Not a network: " + text);
            }
            byte[] address;
            try {
                address = InetAddress.ofLiteral(literal).getAddress();
            } catch (IllegalArgumentException noAddress) {
                throw new IllegalArgumentException("Not a network: " + text);
            }
            return new Network(address, slash < 0 ? address.length * 8 : prefix(text, slash, address.length * 8));
        }

        private static int prefix(String text, int slash, int longest) {
            var digits = text.substring(slash + 1);
            if (!PREFIX.matcher(digits).matches() || Integer.parseInt(digits) > longest) {
                throw new IllegalArgumentException("Not a network: " + text);
            }
            return Integer.parseInt(digits);
        }

        boolean contains(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < prefix; bit += 8) {
                int mask = prefix - bit >= 8 ? 0xff : 0xff << (8 - (prefix - bit)) & 0xff;
                if (((address[bit / 8] ^ other[bit / 8]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    public static Networks parse(List<String> texts) {
        return new Networks(texts.stream().map(Network::parse).toList());
    }

    public boolean contain(byte[] address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }
}
