package dev.millrace.simulator.desk;

import dev.millrace.simulator.http.Connection;
import dev.millrace.simulator.http.Query;
import dev.millrace.simulator.http.RequestHead;
import dev.millrace.simulator.ledger.Operation;
import java.io.IOException;
import java.util.List;

/// Finds out which provider and which wire format a request is for.
public final class Desk {

    private static final String PROVIDER_PREFIX = "/p/";

    private final World world;
    private final List<WireFormat> formats;

    /// A desk for these formats.
    ///
    /// @param formats asked in turn for each path; the last also answers for paths that none has or claims
    public Desk(World world, List<WireFormat> formats) {
        this.world = world;
        this.formats = List.copyOf(formats);
    }

    /// @return whether the connection can take another request
    public boolean handle(Connection connection, RequestHead head) throws IOException {
        String path = head.path();
        String name = Providers.DEFAULT;
        if (path.startsWith(PROVIDER_PREFIX)) {
            int slash = path.indexOf('/', PROVIDER_PREFIX.length());
            int end = slash < 0 ? path.length() : slash;
            name = Query.decode(path.substring(PROVIDER_PREFIX.length(), end));
            path = path.substring(end);
        }
        Provider provider = world.providers().get(name);
        for (WireFormat format : formats) {
            Endpoint endpoint = format.endpoint(head, path);
            if (endpoint != null) {
                return new Exchange(world, format, endpoint, provider, connection, head, path).run();
            }
        }
        String unknown = path;
        WireFormat format = formats.stream()
                .filter(candidate -> candidate.claims(head, unknown))
                .findFirst()
                .orElse(formats.getLast());
        return new Exchange(world, format, new NoSuchPath(), provider, connection, head, path).run();
    }

    private record NoSuchPath() implements Endpoint {
        @Override
        public Operation operation() {
            return Operation.UNKNOWN;
        }

        @Override
        public Task read(Incoming incoming) throws ApiException {
            throw ApiError.notFound("Invalid URL (" + incoming.head().method() + " " + incoming.path() + ")")
                    .toException();
        }
    }
}
