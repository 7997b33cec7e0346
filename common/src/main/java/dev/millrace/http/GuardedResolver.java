package dev.millrace.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

/// Checks addresses where they are resolved for the connection: the client connects to the very objects that were
/// judged here, so an answer that changes later (DNS rebinding) changes nothing. One forbidden address condemns the
/// whole answer.
public final class GuardedResolver implements DnsResolver {

    /// The name resolves to an address that is not allowed.
    public static final class ForbiddenAddressException extends UnknownHostException {
        ForbiddenAddressException(String host) {
            super("The address of " + host + " is not allowed");
        }
    }

    private final AddressGuard guard;
    private final DnsResolver names;

    public GuardedResolver(AddressGuard guard) {
        this(guard, SystemDefaultDnsResolver.INSTANCE);
    }

    GuardedResolver(AddressGuard guard, DnsResolver names) {
        this.guard = guard;
        this.names = names;
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        var addresses = names.resolve(host);
        for (var address : addresses) {
            if (!guard.permits(address)) {
                throw new ForbiddenAddressException(host);
            }
        }
        return addresses;
    }

    @Override
    public String resolveCanonicalHostname(String host) throws UnknownHostException {
        return names.resolveCanonicalHostname(host);
    }
}
