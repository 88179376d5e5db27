/// What runs inside a guest: whole LVS sites with client, directors and real servers as network namespaces, traffic,
/// and the stories told on them.
@NullMarked
package io.muster.bed.scenario;

import org.jspecify.annotations.NullMarked;
