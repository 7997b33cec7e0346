package dev.millrace.job;

/// What an earlier attempt of a job failed of, and where.
///
/// @param outcome its class, such as `provider_error`
/// @param deployment as `provider/model`
public record PastFailure(String outcome, String deployment) {}
