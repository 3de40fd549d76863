// A path into a response tree. A value.

internal import JSONText

/// Names joined by dots, absolute from the root; an array on the way is transparent. The empty path is the root.
package struct ResponsePath: Sendable, Hashable {
    /// As the template writes it, trimmed.
    package let text: String
    /// The names on the way; empty for the root.
    package let segments: [String]
    /// The segments, ready to be looked for.
    let steps: [Step]
    /// The steps where positions in arrays are allowed; nil when they are the same.
    let positionalSteps: [Step]?

    /// A name to go down by, or a position in an array when the node is one.
    struct Step: Sendable, Hashable {
        let name: JSONName
        let position: Int?
    }

    package init(_ text: String) {
        let trimmed = text.drop { $0.isWhitespace }
        let end = trimmed.lastIndex { !$0.isWhitespace }
        self.text = end.map { String(trimmed[...$0]) } ?? ""
        segments =
            self.text.isEmpty ? [] : self.text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        steps = segments.map { Step(name: JSONName($0), position: nil) }
        let positional = segments.flatMap(Self.positionalSteps)
        positionalSteps = positional == steps ? nil : positional
    }

    /// `a`, `0`, `a[0]` and `a[0][1]` as steps; brackets that hold anything but a position belong to the name.
    private static func positionalSteps(_ segment: String) -> [Step] {
        var rest = Substring(segment)
        var steps: [Step] = []
        while rest.last == "]", let bracket = rest.lastIndex(of: "["),
            let position = position(rest[rest.index(after: bracket)...].dropLast())
        {
            steps.append(Step(name: JSONName(String(rest[bracket...].dropFirst().dropLast())), position: position))
            rest = rest[..<bracket]
        }
        // `[0]` alone is a position and no empty name.
        if !rest.isEmpty || steps.isEmpty {
            steps.append(Step(name: JSONName(String(rest)), position: position(rest)))
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
