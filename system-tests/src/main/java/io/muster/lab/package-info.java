/// The lab: a kernel with IPVS to run on, and whole LVS sites inside it: client, directors and real servers as network
/// namespaces, traffic, scenarios.
@NullMarked
package io.muster.lab;

import org.jspecify.annotations.NullMarked;
