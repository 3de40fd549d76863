// The way a path takes through a document: every node it leads to, with the elements chosen on the way. One walk owns its
// state and ends with it.

internal import JSONText

/// A walk along one path (spec 4.2). Arrays are transparent: a step applies to each element, or, in an array that a
/// record has chosen an element of, to that element.
struct PathWalk {
    private let document: JSONDocument
    private let steps: [ResponsePath.Step]
    private let fixed: [ArrayChoice]
    /// The elements the walk is in, from the outside in.
    private(set) var choices: [ArrayChoice] = []
    /// Nodes that may still be looked at. When it is used up the walk ends, and ``isCut`` says so.
    private(set) var stepsLeft: Int
    var isCut: Bool { stepsLeft < 0 }

    /// - Parameter fixed: choices the walk is bound by.
    init(
        _ path: ResponsePath, style: PathStyle, in document: JSONDocument, fixed: [ArrayChoice] = [], steps: Int
    ) {
        self.document = document
        self.steps = style == .positions ? path.positionalSteps ?? path.steps : path.steps
        self.fixed = fixed
        stepsLeft = steps
    }

    /// Leads to every node in the order of the document, until `body` says that it has seen enough.
    mutating func run(_ body: (JSONDocument.Node, [ArrayChoice]) -> Bool) {
        _ = visit(document.root, 0, body)
    }

    /// Recursive over nested arrays only, of which the document's depth limit allows so many.
    /// - Returns: whether the walk goes on.
    private mutating func visit(
        _ start: JSONDocument.Node, _ firstStep: Int, _ body: (JSONDocument.Node, [ArrayChoice]) -> Bool
    ) -> Bool {
        var node = start
        var step = firstStep
        while true {
            stepsLeft -= 1
            if stepsLeft < 0 { return false }
            switch document.kind(of: node) {
            case .array:
                if step < steps.count, let position = steps[step].position {
                    guard let element = element(position, of: node) else { return true }
                    return enter(element, of: node, step + 1, body)
                }
                if let choice = fixed.first(where: { $0.array == node }) {
                    return enter(choice.element, of: node, step, body)
                }
                var element = document.first(in: node)
                let end = document.end(of: node)
                while element < end {
                    guard enter(element, of: node, step, body) else { return false }
                    element = document.next(after: element)
                }
                return true
            case .object:
                guard step < steps.count else { return body(node, choices) }
                guard let member = document.member(steps[step].name, of: node) else { return true }
                node = member
                step += 1
            case .null, .boolean, .number, .string:
                return step < steps.count || body(node, choices)
            }
        }
    }

    private mutating func enter(
        _ element: JSONDocument.Node, of array: JSONDocument.Node, _ step: Int,
        _ body: (JSONDocument.Node, [ArrayChoice]) -> Bool
    ) -> Bool {
        choices.append(ArrayChoice(array: array, element: element))
        defer { choices.removeLast() }
        return visit(element, step, body)
    }

    private mutating func element(_ position: Int, of array: JSONDocument.Node) -> JSONDocument.Node? {
        var element = document.first(in: array)
        let end = document.end(of: array)
        for _ in 0..<position where element < end {
            element = document.next(after: element)
            stepsLeft -= 1
            if stepsLeft < 0 { return nil }
        }
        return element < end ? element : nil
    }
}
