/// The stand-alone nanny: one server of one virtual service, checked and kept in the table.
@NullMarked
package io.muster.nanny;

import org.jspecify.annotations.NullMarked;
