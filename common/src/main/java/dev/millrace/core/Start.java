package dev.millrace.core;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationFailedEvent;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.context.ApplicationListener;
import org.springframework.util.PlaceholderResolutionException;

/// Starts a service, or ends with one sentence that says which setting kept it from starting.
public final class Start {

    private Start() {}

    public static void run(Class<?> application, String[] arguments) {
        var spring = new SpringApplication(application);
        spring.setLogStartupInfo(false);
        spring.addInitializers(new UnknownVariables(), new VectorEngine());
        spring.addListeners(new EndWithASentence());
        spring.run(arguments);
    }

    /// Ends before Spring reports the failure in its own way: at length, and with the value, which may be a key.
    private static final class EndWithASentence implements ApplicationListener<ApplicationFailedEvent> {

        @Override
        public void onApplicationEvent(ApplicationFailedEvent event) {
            var sentence = sentence(event.getException());
            if (sentence != null) {
                System.err.println(sentence);
                System.exit(1);
            }
        }
    }

    /// The sentence for a failure that a setting explains; null for any other.
    static @Nullable String sentence(Throwable failure) {
        @Nullable String property = null;
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case BindException bind -> property = bind.getName().toString();
                case UnboundConfigurationPropertiesException unbound -> {
                    var first = unbound.getUnboundProperties().iterator().next();
                    return "Unknown setting " + first.getName() + " (" + first.getOrigin() + ").";
                }
                case BindValidationException invalid -> {
                    var error = invalid.getValidationErrors().getAllErrors().getFirst();
                    var path = invalid.getValidationErrors().getName()
                            + (error instanceof org.springframework.validation.FieldError field
                                    ? "." + kebab(field.getField())
                                    : "");
                    return "Setting " + path + " " + error.getDefaultMessage() + ".";
                }
                case PlaceholderResolutionException placeholder -> {
                    return "Setting " + (property == null ? "" : property + " ") + "cannot be resolved: "
                            + placeholder.getMessage() + ".";
                }
                case java.net.BindException taken -> {
                    return "A port of this service is taken; set others with server.port and management.server.port.";
                }
                case IllegalArgumentException illegal
                when own(illegal) -> {
                    return illegal.getMessage() + ".";
                }
                default -> {
                    // Looked at further down the chain.
                }
            }
        }
        return property == null ? null : "Setting " + property + " has a value that does not fit.";
    }

    private static boolean own(IllegalArgumentException illegal) {
        var message = String.valueOf(illegal.getMessage());
        return message.startsWith("millrace.")
                || message.startsWith("MILLRACE_")
                || message.startsWith("Unknown setting ");
    }

    /// As an operator writes it; keys of maps, in brackets, stay as they are.
    private static String kebab(String path) {
        var kebab = new StringBuilder();
        boolean key = false;
        for (char one : path.toCharArray()) {
            key = one == '[' || key && one != ']';
            if (!key && Character.isUpperCase(one)) {
                kebab.append('-');
            }
            kebab.append(key ? one : Character.toLowerCase(one));
        }
        return kebab.toString();
    }
}
