/// IPVS as values: services, destinations, sync daemons, and the table they live in. What talks to the kernel is in
/// `io.muster.ipvs.daemon`, the `ipvsadm` commands in `io.muster.ipvs.cli`.
@NullMarked
package io.muster.ipvs;

import org.jspecify.annotations.NullMarked;
