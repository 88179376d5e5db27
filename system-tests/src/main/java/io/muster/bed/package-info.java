/// The test bed: what its machines have in common. Namespaces are in `bed.node`, guests with a kernel of their own in
/// `bed.guest`. No part of the product.
@NullMarked
package io.muster.bed;

import org.jspecify.annotations.NullMarked;
