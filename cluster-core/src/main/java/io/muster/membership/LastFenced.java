package io.muster.membership;

import io.muster.core.Node;

/// The last time a node was made harmless.
///
/// @param how agent, `override` or `stopped`
public record LastFenced(Node victim, int byNodeid, String how, long position) {}
