// A path into a response tree. A value.

internal import JSONText

/// Names joined by dots, absolute from the root; an array on the way is transparent. The empty path is the root.
package struct ResponsePath: Sendable, Hashable {
    /// What a path is made of, once: paths are copied with the rules and variables that have them.
    private final class Content: Sendable {
        let text: String
        let segments: [String]
        let steps: Steps
        let positionalSteps: Steps?

        init(_ text: String, _ segments: [String], _ steps: Steps, _ positionalSteps: Steps?) {
            self.text = text
            self.segments = segments
            self.steps = steps
            self.positionalSteps = positionalSteps
        }
    }

    /// Names to go down by.
    struct Steps: Sendable, Hashable {
        var names: [JSONName] = []
        /// For each name the position it is where the node is an array; empty when none is one.
        var positions: [Int?] = []
    }

    private let content: Content

    /// As the template writes it, trimmed.
    package var text: String { content.text }
    /// The names on the way; empty for the root.
    package var segments: [String] { content.segments }
    /// The segments, ready to be looked for.
    var steps: Steps { content.steps }
    /// The steps where positions in arrays are allowed; nil when they are the same.
    var positionalSteps: Steps? { content.positionalSteps }

    package init(_ text: String) {
        let untrimmed = text.drop { $0.isWhitespace }
        let end = untrimmed.lastIndex { !$0.isWhitespace }
        let text = end.map { String(untrimmed[...$0]) } ?? ""
        let segments =
            text.isEmpty ? [] : text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let positional = segments.flatMap(Self.positionalSteps)
        content = Content(
            text, segments, Steps(names: segments.map(JSONName.init)),
            positional.allSatisfy { $0.position == nil }
                ? nil : Steps(names: positional.map { JSONName($0.name) }, positions: positional.map(\.position)))
    }

    package static func == (left: ResponsePath, right: ResponsePath) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// `a`, `0`, `a[0]` and `a[0][1]` as steps; brackets that hold anything but a position belong to the name.
    private static func positionalSteps(_ segment: String) -> [(name: String, position: Int?)] {
        var rest = Substring(segment)
        var steps: [(name: String, position: Int?)] = []
        while rest.last == "]", let bracket = rest.lastIndex(of: "["),
            let position = position(rest[rest.index(after: bracket)...].dropLast())
        {
            steps.append((String(rest[bracket...].dropFirst().dropLast()), position))
            rest = rest[..<bracket]
        }
        // `[0]` alone is a position and no empty name.
        if !rest.isEmpty || steps.isEmpty {
            steps.append((String(rest), position(rest)))
        }
        return steps.reversed()
    }

    /// A number of a few ASCII digits; nil for anything else.
    private static func position(_ text: Substring) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}

/// What a number in a path means (spec 4.2: a name, as 3CX has it).
package enum PathStyle: Sendable, Hashable {
    /// Every segment is a name: `pictures.128` is the member called 128.
    case names
    /// An extension: where the node is an array, `phones.0` and `phones[0]` are its first element.
    case positions
}
