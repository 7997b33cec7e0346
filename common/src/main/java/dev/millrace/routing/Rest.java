package dev.millrace.routing;

import java.util.Set;

/// Why deployments can't be asked now.
public enum Rest {
    /// All of them for their rate: the provider's word, or a limit per minute that is kept here.
    RATE_LIMIT,
    /// All of them were asked, and none has the model: to wait is of no use.
    NO_SUCH_MODEL,
    /// Some of them failed, are full, or lack a key that is good.
    OTHER;

    /// What several reasons come to. One who does not have the model makes nobody wait, so where others rest it is
    /// their reason that counts.
    static Rest of(Set<Rest> reasons) {
        if (reasons.isEmpty() || reasons.contains(OTHER)) {
            return OTHER;
        }
        return reasons.contains(RATE_LIMIT) ? RATE_LIMIT : NO_SUCH_MODEL;
    }
}
