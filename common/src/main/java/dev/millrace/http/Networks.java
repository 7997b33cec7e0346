package dev.millrace.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// A set of IP networks in CIDR notation, such as `10.0.0.0/8` and `fc00::/7`.
public record Networks(List<Network> networks) {

    /// @param prefix bits that an address must share
    public record Network(byte[] address, int prefix) {

        /// @throws IllegalArgumentException if the text is no network
        public static Network parse(String text) {
            int slash = text.indexOf('/');
            var literal = slash < 0 ? text : text.substring(0, slash);
            if (!literal.matches("[0-9.]+") && !literal.contains(":")) {
                throw new IllegalArgumentException("Not a network: " + text);
            }
            try {
                // A literal is parsed, never looked up.
                var address = InetAddress.getByName(literal).getAddress();
                int prefix = slash < 0 ? address.length * 8 : Integer.parseInt(text.substring(slash + 1));
                if (prefix < 0 || prefix > address.length * 8) {
                    throw new IllegalArgumentException("Not a network: " + text);
                }
                return new Network(address, prefix);
            } catch (UnknownHostException | NumberFormatException broken) {
                throw new IllegalArgumentException("Not a network: " + text);
            }
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
