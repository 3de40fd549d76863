// Finds the route of a request: a tree of path segments, compiled once at start. Immutable afterwards.

internal import HTTPWire

/// All routes of a server. Literal segments beat parameters; a path that fails under the literal is tried under the
/// parameter. Segments are compared as sent, so a percent-encoded letter of a literal does not match.
package struct Router: Sendable {
    private struct Node: Sendable {
        var literals: [Literal] = []
        var parameter: Int?
        var endpoint: Endpoint?
    }

    private struct Literal: Sendable {
        let bytes: [UInt8]
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
    private var nodes: [Node] = [Node()]
    /// Every method some route answers, for `OPTIONS *`.
    let allowEverywhere: String

    /// Compiles the routes. Two routes with the same method and shape, or a template that does not begin with `/`,
    /// are mistakes of the program.
    package init(routes: [Route]) {
        self.routes = routes
        var names: [[String]] = []
        var nodes = [Node()]
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
        for index in nodes.indices {
            guard let endpoint = nodes[index].endpoint else { continue }
            nodes[index].endpoint?.allow = Self.allow(endpoint.routes.map { routes[$0.route] })
        }
        parameterNames = names
        allowEverywhere = Self.allow(routes)
        self.nodes = nodes
    }

    private static func child(of parent: Int, literal: [UInt8]?, in nodes: inout [Node]) -> Int {
        if let literal {
            if let known = nodes[parent].literals.first(where: { $0.bytes == literal }) { return known.node }
            nodes.append(Node())
            nodes[parent].literals.append(Literal(bytes: literal, node: nodes.count - 1))
        } else {
            if let known = nodes[parent].parameter { return known }
            nodes.append(Node())
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
        let bytes = head.bytes
        let path = head.pathSlice.range
        var ranges: [Range<Int>] = []
        // An absolute-form target without a path means the root (RFC 9110 §4.2.3).
        let start = path.isEmpty ? path.lowerBound : path.lowerBound + 1
        guard let node = find(bytes.span, start, path.upperBound, from: 0, ranges: &ranges),
            let endpoint = nodes[node].endpoint
        else { return .fault(.notFound) }
        for candidate in endpoint.routes where candidate.method == head.method {
            return .route(index: candidate.route, parameters: parameters(candidate.route, ranges))
        }
        if head.method == .head {
            for candidate in endpoint.routes where candidate.method == .get && routes[candidate.route].headAllowed {
                return .route(index: candidate.route, parameters: parameters(candidate.route, ranges))
            }
        }
        // RFC 9110 §9.1: a method nobody knows is not implemented, a known one is not allowed here.
        if case .other = head.method { return .fault(.unknownMethod) }
        return .fault(.methodNotAllowed(allow: endpoint.allow))
    }

    private func parameters(_ route: Int, _ ranges: [Range<Int>]) -> HTTPRequest.PathParameters {
        ranges.isEmpty ? .none : HTTPRequest.PathParameters(names: parameterNames[route], ranges: ranges)
    }

    /// Walks down from `node` with the rest of the path; leaves in `ranges` what the parameters took.
    private func find(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, from node: Int, ranges: inout [Range<Int>]
    ) -> Int? {
        var upper = start
        while upper < end, bytes[upper] != UInt8(ascii: "/") { upper += 1 }
        let isLast = upper == end
        for literal in nodes[node].literals where Self.equals(bytes, start, upper, literal.bytes) {
            if isLast {
                if nodes[literal.node].endpoint != nil { return literal.node }
            } else if let found = find(bytes, upper + 1, end, from: literal.node, ranges: &ranges) {
                return found
            }
        }
        guard upper > start, let parameter = nodes[node].parameter else { return nil }
        ranges.append(start..<upper)
        if isLast {
            if nodes[parameter].endpoint != nil { return parameter }
        } else if let found = find(bytes, upper + 1, end, from: parameter, ranges: &ranges) {
            return found
        }
        ranges.removeLast()
        return nil
    }

    private static func equals(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ expected: [UInt8]) -> Bool {
        guard upper - lower == expected.count else { return false }
        for index in expected.indices where bytes[lower + index] != expected[index] { return false }
        return true
    }
}
