package dev.millrace.routing;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Whom a breaker concerns.
///
/// @param model the model's name at the provider; empty where all models are concerned
/// @param who the key's fingerprint or the account's name; empty where all keys are concerned
record Scope(Kind kind, String provider, String model, String who) {

    enum Kind {
        /// All that goes to a provider.
        PROVIDER,
        /// A model at a provider, whatever the key.
        MODEL,
        /// A key, whatever the model: it is not valid.
        KEY,
        /// An account, whatever the model: its quota is spent.
        ACCOUNT,
        /// A key at a model that it may not use.
        KEY_AT_MODEL,
        /// An account at a model: it asks too often.
        ACCOUNT_AT_MODEL;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Kind> of(String word) {
            return Arrays.stream(values())
                    .filter(kind -> kind.word().equals(word))
                    .findFirst();
        }
    }

    /// In metrics and logs.
    String name() {
        var name = model.isEmpty() ? provider : provider + "/" + model;
        return who.isEmpty() ? name : name + " " + who;
    }
}
