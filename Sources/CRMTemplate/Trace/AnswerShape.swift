// Why a path leads to nothing: the answer beside it, and what it has instead. Pure functions over the text of a trace.

internal import JSONText

/// Follows a path as a rule does and tells where it ends.
enum AnswerShape {
    /// Names that are listed where one was not found.
    private static let namesShown = 12
    /// Elements that are looked at on each level: a hint needs no more, and the whole stays linear.
    private static let elementsMax = 1_000

    /// Where the path ends in a JSON or XML answer, in words; nil when it leads somewhere, or when the text is neither or
    /// only the beginning of it.
    static func explain(path: String, in body: TraceText) -> String? {
        guard body.cutFrom == nil, let root = root(of: Array(body.text.utf8)) else { return nil }
        var values = [root]
        var walked: [String] = []
        for segment in ResponsePath(path).segments {
            let place = walked.isEmpty ? "the answer" : walked.joined(separator: ".")
            let elements = flattened(values)
            guard !elements.isEmpty else { return "\(place) is an empty array" }
            let objects = elements.compactMap(\.object)
            guard !objects.isEmpty else { return "\(place) is \(elements[0].kindDescription), without names in it" }
            let next = objects.compactMap { $0[segment] }
            if next.isEmpty {
                let names = names(of: objects)
                return "\(place) has no \(segment); " + (names.isEmpty ? "it is empty" : "it has \(names)")
            }
            values = next
            walked.append(segment)
        }
        if flattened(values).isEmpty { return "\(walked.isEmpty ? "the answer" : path) is an empty array" }
        return nil
    }

    /// The answer as a value. What cannot be read gives no hint, so the errors do not matter: the trace shows the text.
    private static func root(of bytes: [UInt8]) -> JSONValue? {
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") else { return try? JSONValue(parsing: bytes) }
        guard let element = try? XMLElement.read(bytes, limits: .response) else { return nil }
        return .object(JSONObject([(element.name, value(of: element))]))
    }

    /// An element as the engine reads it: text alone is a leaf, repeated children are an array.
    private static func value(of element: XMLElement) -> JSONValue {
        let children = element.elements
        if children.isEmpty, element.attributes.isEmpty { return .string("") }
        var object = JSONObject(element.attributes.map { ($0.name, .string($0.value)) })
        for child in children {
            let value = value(of: child)
            switch object[child.name] {
            case .array(let elements): object[child.name] = .array(elements + [value])
            case let earlier?: object[child.name] = .array([earlier, value])
            case nil: object[child.name] = value
            }
        }
        return .object(object)
    }

    private static func flattened(_ values: [JSONValue]) -> [JSONValue] {
        var flat: [JSONValue] = []
        for value in values {
            if flat.count >= elementsMax { break }
            if let elements = value.array {
                flat += flattened(elements).prefix(elementsMax - flat.count)
            } else {
                flat.append(value)
            }
        }
        return flat
    }

    private static func names(of objects: [JSONObject]) -> String {
        var names: [String] = []
        for object in objects {
            for member in object.members where !names.contains(member.name) {
                names.append(member.name)
                if names.count > namesShown { return names.prefix(namesShown).joined(separator: ", ") + ", …" }
            }
        }
        return names.joined(separator: ", ")
    }
}
