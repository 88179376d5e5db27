/// rgmanager: the service manager's core between cman, resource agents and commands.
@NullMarked
package io.muster.service.daemon;

import org.jspecify.annotations.NullMarked;
