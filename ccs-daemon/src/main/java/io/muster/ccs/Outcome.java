package io.muster.ccs;

import io.muster.core.Node;

/// How a request ended; part of the replicated state, so that its sender hears it wherever it was decided.
///
/// @param text why not; empty when it was done
record Outcome(Node from, long request, boolean done, String text) {}
