package io.muster.driver;

/// What stands before each value of a [StateImage].
final class ImageTag {
    static final int NULL = 0;
    static final int SEEN = 1;
    static final int OBJECT = 2;
    static final int RECORD = 3;
    static final int ENUM = 4;
    static final int TEXT = 5;
    static final int INT = 6;
    static final int LONG = 7;
    static final int BOOLEAN = 8;
    static final int DOUBLE = 9;
    static final int OCTETS = 10;
    static final int INTS = 11;
    static final int LONGS = 12;
    static final int BOOLEANS = 13;
    static final int ARRAY = 14;
    static final int COLLECTION = 15;
    static final int MAP = 16;
    static final int OPTIONAL = 17;
    static final int OUTSIDE = 18;
    static final int BUFFER = 19;
    static final int STREAM = 20;
    static final int BITS = 21;
    static final int PATH = 22;
    static final int DURATION = 23;
    static final int OPTIONAL_LONG = 24;
    static final int OPTIONAL_INT = 25;
    static final int SHORT = 26;
    static final int BYTE = 27;
    static final int PATTERN = 28;

    private ImageTag() {}
}
