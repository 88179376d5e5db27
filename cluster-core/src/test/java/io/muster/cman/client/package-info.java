/// Tests of the daemons' side of groups.
@org.jspecify.annotations.NullMarked
package io.muster.cman.client;
