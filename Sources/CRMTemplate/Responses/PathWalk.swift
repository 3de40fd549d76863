// The way a path takes through a document: every node it leads to, with the elements chosen on the way. A walk lives
// inside ``walk(_:in:fixed:steps:_:)``, which lends it all its memory.

internal import JSONText

/// What a walk leads to the nodes at the end of its path.
protocol PathVisitor {
    /// - Parameter choices: the elements the node is in, from the outside in; valid during the call.
    /// - Returns: whether the walk goes on.
    mutating func visit(_ node: JSONDocument.Node, _ choices: UnsafeBufferPointer<ArrayChoice>) -> Bool
}

/// A walk along one path (spec 4.2). Arrays are transparent: a step applies to each element, or, in an array that a
/// record has chosen an element of, to that element.
struct PathWalk<Visitor: PathVisitor> {
    private let view: JSONView
    private let names: UnsafeBufferPointer<JSONName>
    private let positions: [Int?]
    private let fixed: UnsafeBufferPointer<ArrayChoice>
    private let choices: UnsafeMutablePointer<ArrayChoice>
    private var depth = 0
    private var stepsLeft: Int

    private init(
        _ view: JSONView, _ names: UnsafeBufferPointer<JSONName>, _ positions: [Int?],
        _ fixed: UnsafeBufferPointer<ArrayChoice>, _ choices: UnsafeMutablePointer<ArrayChoice>, _ steps: Int
    ) {
        self.view = view
        self.names = names
        self.positions = positions
        self.fixed = fixed
        self.choices = choices
        stepsLeft = steps
    }

    /// Leads to every node at the end of a path, in the order of the document, until the visitor has seen enough.
    /// - Parameters:
    ///   - view: the content's.
    ///   - fixed: choices the walk is bound by.
    ///   - steps: how many nodes may be looked at; what is left of them, below 0 when the walk was ended by that.
    static func walk(
        _ path: ResponsePath, in content: ResponseTree.Content, _ view: JSONView, fixed: [ArrayChoice] = [],
        steps: inout Int, visitor: inout Visitor
    ) {
        let positional = content.style == .positions ? path.positionalSteps : nil
        let way = positional ?? path.steps
        way.names.withUnsafeBufferPointer { names in
            fixed.withUnsafeBufferPointer { fixed in
                // No more arrays can be inside each other than the document's depth allows.
                withUnsafeTemporaryAllocation(of: ArrayChoice.self, capacity: content.limits.depth) { choices in
                    guard let base = choices.baseAddress else { return }
                    var walk = PathWalk(view, names, way.positions, fixed, base, steps)
                    _ = walk.visit(view.root, 0, &visitor)
                    steps = walk.stepsLeft
                }
            }
        }
    }

    /// Recursive over nested arrays only, of which the document's depth limit allows so many.
    /// - Returns: whether the walk goes on.
    private mutating func visit(
        _ start: JSONDocument.Node, _ firstStep: Int, _ visitor: inout Visitor
    ) -> Bool {
        var node = start
        var step = firstStep
        while true {
            stepsLeft -= 1
            if stepsLeft < 0 { return false }
            switch view.kind(of: node) {
            case .array: return visitElements(of: node, step, &visitor)
            case .object:
                guard step < names.count, let base = names.baseAddress else { return lead(to: node, &visitor) }
                guard let member = view.member(base + step, of: node) else { return true }
                node = member
                step += 1
            case .null, .boolean, .number, .string:
                return step < names.count || lead(to: node, &visitor)
            }
        }
    }

    private func lead(to node: JSONDocument.Node, _ visitor: inout Visitor) -> Bool {
        visitor.visit(node, UnsafeBufferPointer(start: choices, count: depth))
    }

    private mutating func visitElements(
        of array: JSONDocument.Node, _ step: Int,
        _ visitor: inout Visitor
    ) -> Bool {
        if step < positions.count, let position = positions[step] {
            guard let element = element(position, of: array) else { return true }
            return enter(element, of: array, step + 1, &visitor)
        }
        for choice in fixed where choice.array == array { return enter(choice.element, of: array, step, &visitor) }
        var element = view.first(in: array)
        let end = view.end(of: array)
        while element < end {
            guard enter(element, of: array, step, &visitor) else { return false }
            element = view.next(after: element)
        }
        return true
    }

    @inline(__always)
    private mutating func enter(
        _ element: JSONDocument.Node, of array: JSONDocument.Node, _ step: Int,
        _ visitor: inout Visitor
    ) -> Bool {
        choices[depth] = ArrayChoice(array: array, element: element)
        depth += 1
        defer { depth -= 1 }
        return visit(element, step, &visitor)
    }

    private mutating func element(_ position: Int, of array: JSONDocument.Node) -> JSONDocument.Node? {
        var element = view.first(in: array)
        let end = view.end(of: array)
        for _ in 0..<position where element < end {
            element = view.next(after: element)
            stepsLeft -= 1
            if stepsLeft < 0 { return nil }
        }
        return element < end ? element : nil
    }
}
