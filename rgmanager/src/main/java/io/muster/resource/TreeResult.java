package io.muster.resource;

/// What became of an operation on a service's tree.
///
/// @param ok whether the service is what was asked for
/// @param partial a part that isn't critical is off
/// @param failed the first resource that failed, `type:name`; empty when none did
/// @param status the exit status of that resource's agent
public record TreeResult(boolean ok, boolean partial, String failed, int status) {
    /// Everything is as it should be.
    public static final TreeResult GOOD = new TreeResult(true, false, "", 0);

    /// It runs, but for parts that aren't critical.
    public static final TreeResult PARTIAL = new TreeResult(true, true, "", 0);

    static TreeResult good(boolean partial) {
        return partial ? PARTIAL : GOOD;
    }
}
