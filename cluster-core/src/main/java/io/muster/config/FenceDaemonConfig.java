package io.muster.config;

/// `<fence_daemon>`.
///
/// @param postJoinDelaySec -1 waits for ever
/// @param overrideTimeSec between retries
/// @param skipUndefined nodes without any method aren't fenced at start-up
public record FenceDaemonConfig(
        int postJoinDelaySec,
        int postFailDelaySec,
        boolean cleanStart,
        String overridePath,
        int overrideTimeSec,
        boolean skipUndefined) {}
