// Finds the route of a request: a tree of path segments, compiled once at start. Immutable afterwards.

internal import HTTPWire

/// All routes of a server. Literal segments beat parameters; a path that fails under the literal is tried under the
/// parameter. Segments are compared as sent, so a percent-encoded letter of a literal does not match.
package struct Router: Sendable {
    /// A node while the tree grows.
    private struct Draft {
        var literals: [(bytes: [UInt8], node: Int)] = []
        var parameter: Int?
        var endpoint: Endpoint?
    }

    /// A node of the finished tree: plain numbers, so that walking down touches no reference count.
    private struct Node: Sendable {
        /// Its literals, in `literals`.
        var literals: Range<Int>
        /// -1 for none.
        var parameter: Int
        /// Its place in `endpoints`; -1 for none.
        var endpoint: Int
    }

    private struct Literal: Sendable {
        /// Its bytes, in `literalBytes`.
        let bytes: Range<Int>
        let node: Int
    }

    /// What a whole path leads to.
    private struct Endpoint: Sendable {
        var routes: [(method: HTTPMethod, route: Int)] = []
        var allow = ""
    }

    /// The answer to "which route?".
    enum Match {
        case route(index: Int, parameters: HTTPRequest.PathParameters)
        case fault(HTTPFault)
    }

    /// Deeper paths are refused at start; it also bounds the search.
    private static let segmentsMax = 16

    /// What it was compiled from, in the order given.
    package let routes: [Route]
    private let parameterNames: [[String]]
    private let nodes: [Node]
    private let literals: [Literal]
    private let literalBytes: [UInt8]
    private let endpoints: [Endpoint]
    /// Every method some route answers, for `OPTIONS *`.
    let allowEverywhere: String

    /// Compiles the routes. Two routes with the same method and shape, or a template that does not begin with `/`,
    /// are mistakes of the program.
    package init(routes: [Route]) {
        self.routes = routes
        var names: [[String]] = []
        var nodes = [Draft()]
        for (index, route) in routes.enumerated() {
            let segments = route.template.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            precondition(
                segments.count >= 2 && segments.count <= Self.segmentsMax && segments[0].isEmpty,
                "a template begins with '/' and has at most 15 segments, found \(route.template)")
            var node = 0
            var routeNames: [String] = []
            for segment in segments.dropFirst() {
                let bytes = Array(segment)
                if bytes.first == UInt8(ascii: "{") {
                    precondition(
                        bytes.count > 2 && bytes.last == UInt8(ascii: "}"), "'{name}' expected in \(route.template)")
                    routeNames.append(String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self))
                    node = Self.child(of: node, literal: nil, in: &nodes)
                } else {
                    node = Self.child(of: node, literal: bytes, in: &nodes)
                }
            }
            var endpoint = nodes[node].endpoint ?? Endpoint()
            precondition(
                !endpoint.routes.contains { $0.method == route.method },
                "\(route.method) \(route.template) is declared twice")
            endpoint.routes.append((route.method, index))
            nodes[node].endpoint = endpoint
            names.append(routeNames)
        }
        var finished: [Node] = []
        var literals: [Literal] = []
        var literalBytes: [UInt8] = []
        var endpoints: [Endpoint] = []
        for draft in nodes {
            let firstLiteral = literals.count
            for literal in draft.literals {
                let start = literalBytes.count
                literalBytes += literal.bytes
                literals.append(Literal(bytes: start..<literalBytes.count, node: literal.node))
            }
            var node = Node(
                literals: firstLiteral..<literals.count, parameter: draft.parameter ?? -1, endpoint: -1)
            if var endpoint = draft.endpoint {
                endpoint.allow = Self.allow(endpoint.routes.map { routes[$0.route] })
                node.endpoint = endpoints.count
                endpoints.append(endpoint)
            }
            finished.append(node)
        }
        parameterNames = names
        allowEverywhere = Self.allow(routes)
        self.nodes = finished
        self.literals = literals
        self.literalBytes = literalBytes
        self.endpoints = endpoints
    }

    private static func child(of parent: Int, literal: [UInt8]?, in nodes: inout [Draft]) -> Int {
        if let literal {
            if let known = nodes[parent].literals.first(where: { $0.bytes == literal }) { return known.node }
            nodes.append(Draft())
            nodes[parent].literals.append((literal, nodes.count - 1))
        } else {
            if let known = nodes[parent].parameter { return known }
            nodes.append(Draft())
            nodes[parent].parameter = nodes.count - 1
        }
        return nodes.count - 1
    }

    /// The value of `Allow` for these routes, in a fixed order.
    private static func allow(_ routes: [Route]) -> String {
        let order: [HTTPMethod] = [.get, .head, .post, .put, .patch, .delete, .options]
        let allowed = order.filter { method in
            routes.contains {
                $0.method == method || (method == .head && $0.method == .get && $0.headAllowed)
            }
        }
        return allowed.map(\.name).joined(separator: ", ")
    }

    /// Finds the route for a head in origin-form or absolute-form.
    func match(_ head: RequestHead) -> Match {
        let path = head.pathSlice.range
        var ranges: [Range<Int>] = []
        // An absolute-form target without a path means the root (RFC 9110 §4.2.3).
        let start = path.isEmpty ? path.lowerBound : path.lowerBound + 1
        let node = head.bytes.withUnsafeBufferPointer {
            find($0.span, start, path.upperBound, from: 0, ranges: &ranges)
        }
        guard let node else { return .fault(.notFound) }
        let endpoint = nodes[node].endpoint
        for index in endpoints[endpoint].routes.indices where endpoints[endpoint].routes[index].method == head.method {
            let route = endpoints[endpoint].routes[index].route
            return .route(index: route, parameters: parameters(route, ranges))
        }
        if head.method == .head {
            for candidate in endpoints[endpoint].routes
            where candidate.method == .get && routes[candidate.route].headAllowed {
                return .route(index: candidate.route, parameters: parameters(candidate.route, ranges))
            }
        }
        // RFC 9110 §9.1: a method nobody knows is not implemented, a known one is not allowed here.
        if case .other = head.method { return .fault(.unknownMethod) }
        return .fault(.methodNotAllowed(allow: endpoints[endpoint].allow))
    }

    private func parameters(_ route: Int, _ ranges: [Range<Int>]) -> HTTPRequest.PathParameters {
        ranges.isEmpty ? .none : HTTPRequest.PathParameters(names: parameterNames[route], ranges: ranges)
    }

    /// Walks down from `node` with the rest of the path to a node with an endpoint; leaves in `ranges` what the
    /// parameters took.
    private func find(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, from node: Int, ranges: inout [Range<Int>]
    ) -> Int? {
        var upper = start
        while upper < end, bytes[upper] != UInt8(ascii: "/") { upper += 1 }
        let isLast = upper == end
        let present = nodes[node]
        for index in present.literals where spells(bytes, start, upper, literals[index].bytes) {
            let next = literals[index].node
            if isLast {
                if nodes[next].endpoint >= 0 { return next }
            } else if let found = find(bytes, upper + 1, end, from: next, ranges: &ranges) {
                return found
            }
        }
        let parameter = present.parameter
        guard upper > start, parameter >= 0 else { return nil }
        ranges.append(start..<upper)
        if isLast {
            if nodes[parameter].endpoint >= 0 { return parameter }
        } else if let found = find(bytes, upper + 1, end, from: parameter, ranges: &ranges) {
            return found
        }
        ranges.removeLast()
        return nil
    }

    private func spells(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ expected: Range<Int>) -> Bool {
        guard upper - lower == expected.count else { return false }
        var index = 0
        while index < expected.count, bytes[lower + index] == literalBytes[expected.lowerBound + index] { index += 1 }
        return index == expected.count
    }
}
