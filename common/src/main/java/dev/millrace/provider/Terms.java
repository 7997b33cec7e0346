package dev.millrace.provider;

import java.util.Set;

/// What a wire format promises of renders or pictures, as far as its documentation goes. What an operator must know of
/// it before money is spent is told from here.
///
/// @param knownRejections the statuses of a create that say that nothing was made; any other answer but a good one
///     leaves it open
/// @param lookup what there is to find out whether a create with a lost answer made something
/// @param failedRenders whether what the provider reports as failed is paid for
public record Terms(Set<Integer> knownRejections, Lookup lookup, FailedRenders failedRenders) {

    /// How a lost create is looked up.
    public enum Lookup {
        /// In the provider's list of renders, by what was asked for and when.
        LIST,
        /// Not at all: an operator decides, or the route's rule.
        NONE
    }

    /// Who pays for a render that fails.
    public enum FailedRenders {
        /// The documentation does not say, so they count as paid unless the route says otherwise.
        UNTOLD,
        /// Those that the provider's filter held back are not paid for; of others it is untold.
        FILTERED_ARE_FREE
    }
}
