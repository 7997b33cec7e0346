package dev.millrace.settings;

import dev.millrace.access.Secret;
import dev.millrace.asset.AssetSettings;
import dev.millrace.dispatch.DispatchSettings;
import dev.millrace.lease.LeaseSettings;
import dev.millrace.ledger.PriceSettings;
import dev.millrace.retention.RetentionSettings;
import dev.millrace.routing.ModelSettings;
import dev.millrace.routing.ProviderSettings;
import dev.millrace.webhook.DeliverySettings;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/// All settings of the platform. Both services read the same, so one file serves both; a name that is not here stops
/// the start.
///
/// @param secretKey Base64 of 32 bytes; encrypts stored secrets
/// @param operatorKey opens the operator's endpoints; without one they are closed
@Validated
@ConfigurationProperties(prefix = "millrace", ignoreUnknownFields = false)
public record MillraceSettings(
        @NotBlank(message = "must be set (MILLRACE_SECRET_KEY: Base64 of 32 random bytes)") @DefaultValue("")
        String secretKey,

        @DefaultValue("") String operatorKey,
        @DefaultValue Map<String, @Valid ProviderSettings> providers,
        @DefaultValue Map<String, @Valid ModelSettings> models,
        @Valid @DefaultValue PriceSettings prices,
        @Valid @DefaultValue RequestSettings requests,
        @Valid @DefaultValue AcceptSettings accept,
        @Valid @DefaultValue ChatSettings chat,
        @Valid @DefaultValue WaitSettings waits,
        @Valid @DefaultValue DispatchSettings dispatch,
        @Valid @DefaultValue LeaseSettings lease,
        @Valid @DefaultValue WorkerSettings worker,
        @Valid @DefaultValue RetrySettings retry,
        @Valid @DefaultValue RenderSettings render,
        @Valid @DefaultValue DeliverySettings webhook,
        @Valid @DefaultValue AssetSettings asset,
        @Valid @DefaultValue RetentionSettings retention) {

    public Secret secret() {
        return new Secret(secretKey);
    }

    public Secret operator() {
        return new Secret(operatorKey);
    }

    /// Keys are never shown.
    @Override
    public String toString() {
        return "MillraceSettings[providers=" + providers.keySet() + ", models=" + models.keySet() + "]";
    }
}
