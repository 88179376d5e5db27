package io.muster.membership;

import io.muster.core.Node;

/// The last time a node was made harmless.
///
/// @param how the device, `override` or `stopped`
/// @param atMs when it was said, in wall-clock milliseconds of the node that said it
public record LastFenced(Node victim, int byNodeid, String how, long position, long atMs) {}
