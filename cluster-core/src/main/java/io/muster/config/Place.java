package io.muster.config;

import java.util.Map;

/// Where the parts of an element stand in the decoded text of the file; offsets count characters from 0.
///
/// @param start of the opening `<`
/// @param openEnd behind the `>` of the opening tag
/// @param closeStart of the `</` of the closing tag; equal to `openEnd` for `<a/>`
/// @param end behind the whole element
/// @param attributes by name
public record Place(int start, int openEnd, int closeStart, int end, Map<String, At> attributes) {
    /// Of an element that came from no file.
    public static final Place NONE = new Place(0, 0, 0, 0, Map.of());

    /// Of one attribute.
    ///
    /// @param line from 1
    /// @param column from 1, of the name's first character
    /// @param start offset of the name's first character
    /// @param valueStart offset behind the opening quote
    /// @param valueEnd offset of the closing quote
    public record At(int line, int column, int start, int valueStart, int valueEnd) {}

    public Place {
        attributes = Map.copyOf(attributes);
    }
}
