package io.muster.resource.daemon;

/// What became of an operation on a service's tree.
///
/// @param ok whether the service is what was asked for
/// @param partial a non-critical part is off
/// @param failed the first resource that failed, `type:name`; empty when none did
/// @param status the exit status of that resource's agent
public record TreeResult(boolean ok, boolean partial, String failed, int status) {
    static final TreeResult GOOD = new TreeResult(true, false, "", 0);
}
