package dev.millrace.core;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;
import org.springframework.util.PlaceholderResolutionException;

/// Refuses a `${…}` that nothing resolves. Spring would take it literally: a provider would be called with the key
/// `${OPENAI_API_KEY}`, and the operator would hear of it from the provider.
@Component
class ResolvedSettings implements ConfigurationPropertiesBindHandlerAdvisor {

    private static final ConfigurationPropertyName OURS = ConfigurationPropertyName.of("millrace");

    private final Environment environment;

    ResolvedSettings(Environment environment) {
        this.environment = environment;
    }

    @Override
    public BindHandler apply(BindHandler handler) {
        return new AbstractBindHandler(handler) {
            @Override
            public @Nullable Object onSuccess(
                    ConfigurationPropertyName name, Bindable<?> target, BindContext context, Object result) {
                check(name, context);
                return super.onSuccess(name, target, context, result);
            }

            @Override
            public @Nullable Object onFailure(
                    ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error)
                    throws Exception {
                check(name, context);
                return super.onFailure(name, target, context, error);
            }
        };
    }

    /// @throws IllegalArgumentException if the text holds one that nothing resolves
    private void check(ConfigurationPropertyName name, BindContext context) {
        var property = context.getConfigurationProperty();
        if (property == null
                || !OURS.isAncestorOf(name)
                || !(property.getValue() instanceof CharSequence text)
                || !text.toString().contains("${")) {
            return;
        }
        try {
            environment.resolveRequiredPlaceholders(text.toString());
        } catch (PlaceholderResolutionException unresolved) {
            throw new IllegalArgumentException(
                    property.getName() + " holds ${" + unresolved.getPlaceholder() + "}, which is not set");
        }
    }
}
