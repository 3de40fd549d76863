// A record: where in an answer rules have led to. A value.

internal import JSONText

/// The choice of one element in one array; elements are in the order of the document.
struct ArrayChoice: Sendable, Hashable, Comparable {
    let array: JSONDocument.Node
    let element: JSONDocument.Node

    static func < (left: ArrayChoice, right: ArrayChoice) -> Bool { left.element < right.element }
}

/// One record of an answer: the chosen element of every array on the way to it.
package struct Record: Sendable, Hashable {
    /// In the order of the document, so that an outer array comes before those in it. Arrays that stand side by side can
    /// both be there, when groups of rules went different ways.
    let choices: [ArrayChoice]
    /// What the choices are places of, and of nothing else.
    let content: ResponseTree.Content

    init(choices: [ArrayChoice], in content: ResponseTree.Content) {
        self.choices = choices
        self.content = content
    }

    /// The arrays with the chosen positions, for people: `people[0].phones[1]`; empty when there was no array.
    package var description: String {
        let document = content.document
        // Inner choices name the outer ones with them.
        let innermost = choices.indices.filter { index in
            index + 1 == choices.count
                || document.next(after: choices[index].element) <= choices[index + 1].element
        }
        return innermost.map { document.place(of: choices[$0].element) }.joined(separator: ", ")
    }

    /// The innermost element in which all choices are; nil for the root.
    var element: JSONDocument.Node? {
        guard let last = choices.last else { return nil }
        var found: JSONDocument.Node?
        for choice in choices {
            guard last.element < content.document.next(after: choice.element) else { break }
            found = choice.element
        }
        return found
    }

    package static func == (left: Record, right: Record) -> Bool {
        left.content === right.content && left.choices == right.choices
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(choices) }
}

extension JSONDocument {
    /// The way to a node from the root, for people: `result.items[2].value`. Takes time with the siblings on the way.
    func place(of target: Node) -> String {
        var text = ""
        var node = root
        while node < target {
            var child = first(in: node)
            switch kind(of: node) {
            case .object:
                while next(after: child.value) <= target { child = next(after: child.value) }
                if !text.isEmpty { text += "." }
                text += self.text(of: child)
                node = child.value
            case .array:
                var position = 0
                while next(after: child) <= target {
                    child = next(after: child)
                    position += 1
                }
                text += "[\(position)]"
                node = child
            case .null, .boolean, .number, .string: return text
            }
        }
        return text
    }
}
