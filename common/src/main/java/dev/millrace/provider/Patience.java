package dev.millrace.provider;

import java.time.Duration;

/// How long a streamed call is waited for, beside [Target#deadline()] for all of it.
///
/// @param connect for the connection, TLS included; nothing was sent where it ends
/// @param firstToken from the call's start to its first token
/// @param gap between two tokens
public record Patience(Duration connect, Duration firstToken, Duration gap) {}
