/// Where services run and in what state they are: one replicated core, equal on every node that runs rgmanager.
@NullMarked
package io.muster.service;

import org.jspecify.annotations.NullMarked;
