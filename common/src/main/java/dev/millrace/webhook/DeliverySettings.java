package dev.millrace.webhook;

import dev.millrace.http.AddressGuard;
import dev.millrace.http.Networks;
import dev.millrace.http.UserUrl;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How webhooks are delivered.
///
/// @param allowHttp whether plain `http` receivers are allowed, for development
/// @param allowedNetworks networks in CIDR notation that are opened although they are private
/// @param deniedNetworks networks that are closed although they are public, such as the platform's own
/// @param connectTimeout for connecting
/// @param totalTimeout our own deadline for the whole call
/// @param schedule waits before each attempt, the first before the first; its length is the number of attempts
/// @param perEndpoint most deliveries in flight from one worker to one URL of a project
/// @param perProject most deliveries in flight from one worker for one project
/// @param perProcess most deliveries in flight in one worker
public record DeliverySettings(
        @DefaultValue("false") boolean allowHttp,
        @DefaultValue List<String> allowedNetworks,
        @DefaultValue List<String> deniedNetworks,
        @DurationMin(millis = 1) @DefaultValue("5s") Duration connectTimeout,
        @DurationMin(millis = 1) @DefaultValue("20s") Duration totalTimeout,

        @NotEmpty @DefaultValue({"0s", "5s", "5m", "30m", "2h", "5h", "10h", "14h", "20h", "24h"})
        List<@DurationMin(millis = 0) Duration> schedule,

        @Min(1) @DefaultValue("8") int perEndpoint,
        @Min(1) @DefaultValue("64") int perProject,
        @Min(1) @DefaultValue("500") int perProcess) {

    public DeliverySettings {
        check("allowed-networks", allowedNetworks);
        check("denied-networks", deniedNetworks);
    }

    private static void check(String name, List<String> networks) {
        try {
            Networks.parse(networks);
        } catch (IllegalArgumentException broken) {
            throw new IllegalArgumentException("millrace.webhook." + name + ": " + broken.getMessage(), broken);
        }
    }

    public AddressGuard guard() {
        return new AddressGuard(Networks.parse(allowedNetworks), Networks.parse(deniedNetworks));
    }

    public UserUrl urls() {
        return new UserUrl(allowHttp, guard());
    }
}
