package dev.millrace.api.model;

import java.time.LocalDate;
import java.util.Optional;

/// A model as it is listed.
///
/// @param created Unix seconds
/// @param shutdown the day from which nobody serves it, where that is known
record Model(String id, long created, String ownedBy, Optional<LocalDate> shutdown) {}
