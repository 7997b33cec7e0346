package dev.millrace.provider;

import dev.millrace.provider.VideoAdapter.Poll;
import java.util.Set;

/// What a wire format promises of renders or pictures, as far as its documentation goes. What is booked of a failed
/// render goes by it; the pages for operators say the same, and tests hold them to it.
///
/// @param knownRejections the statuses of a create that say that nothing was made; any other answer but a good one
///     leaves it open
/// @param lookup what there is to find out whether a create with a lost answer made something
/// @param failedRenders whether what the provider reports as failed is paid for
public record Terms(Set<Integer> knownRejections, Lookup lookup, FailedRenders failedRenders) {

    /// Whether a render that failed for this cause is paid for, unless the route says that none is.
    public boolean bills(Poll.Cause cause) {
        return switch (failedRenders) {
            case UNTOLD -> true;
            case FILTERED_ARE_FREE -> cause != Poll.Cause.FILTERED;
        };
    }

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
