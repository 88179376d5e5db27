package io.muster.resource;

import io.muster.net.IpAddress;

/// When two values of a unique attribute are the same: addresses whatever their prefix length and spelling, paths
/// whatever blanks and doubled or closing slashes.
final class UniqueValue {
    private UniqueValue() {}

    /// The value as all that are the same write it.
    static String of(String value) {
        String text = value.strip();
        if (text.startsWith("/")) {
            String path = text.replaceAll("/(\\./)*/*", "/").replaceAll("(?<=.)/\\.?$", "");
            return path.isEmpty() ? "/" : path;
        }
        int slash = text.indexOf('/');
        String bare = slash < 0 ? text : text.substring(0, slash);
        return IpAddress.parse(bare).map(IpAddress::toString).orElse(text);
    }
}
