// One request head as parsed: its own copy of the bytes and where in them everything lies. Immutable after the parser
// has made it, and therefore shared freely between threads.

/// Where a part of a head lies in its bytes.
package struct HeadSlice: Hashable, Sendable {
    private let lower: UInt32
    private let upper: UInt32

    /// Offsets are below 2³²: the parser's limits are far smaller.
    init(_ lower: Int, _ upper: Int) {
        self.lower = UInt32(truncatingIfNeeded: lower)
        self.upper = UInt32(truncatingIfNeeded: upper)
    }

    /// The same place as offsets into the head's bytes.
    package var range: Range<Int> { Int(lower)..<Int(upper) }
    /// Whether it holds no byte.
    package var isEmpty: Bool { lower == upper }
    /// How many bytes it holds.
    package var count: Int { Int(upper &- lower) }
}

/// The request line and header section of one request.
package final class RequestHead: Sendable {
    /// How the request target was written (RFC 9112 §3.2).
    package enum TargetForm: Hashable, Sendable { case origin, absolute, authority, asterisk }

    /// How the body is delimited (RFC 9112 §6.3).
    package enum BodyFraming: Hashable, Sendable {
        case none
        /// Exactly so many bytes; never 0, which is `none`.
        case length(UInt64)
        case chunked
    }

    /// One header field: name and value without the white space around it.
    struct Field: Sendable {
        let name: HeadSlice
        let value: HeadSlice
    }

    /// What the header section says about the message itself.
    struct Facts: Sendable {
        var framing = BodyFraming.none
        var keepsAlive = true
        var expectation = Expectation.none
        var host: HeadSlice?
    }

    /// What the client expects before it sends the body (RFC 9110 §10.1.1).
    package enum Expectation: Hashable, Sendable { case none, continuation, unknown }

    /// The head as received, from the first byte after the previous message to the empty line.
    package let bytes: [UInt8]
    /// The method as sent.
    package let method: HTTPMethod
    /// How the target was written.
    package let form: TargetForm
    /// 0 or 1; a higher minor version counts as 1 (RFC 9110 §2.5).
    package let minorVersion: UInt8
    /// The path as sent; empty when an absolute-form target has none.
    package let pathSlice: HeadSlice
    /// The query as sent, without its `?`.
    package let querySlice: HeadSlice?
    /// Host and port the request is for: the target's authority, or else the Host field (RFC 9112 §3.3).
    package let authoritySlice: HeadSlice?
    private let fields: [Field]
    private let facts: Facts

    init(
        bytes: [UInt8], method: HTTPMethod, target: RequestTarget, minorVersion: UInt8, fields: [Field], facts: Facts
    ) {
        self.bytes = bytes
        self.method = method
        form = target.form
        pathSlice = target.path
        querySlice = target.query
        authoritySlice = target.authority ?? facts.host
        self.minorVersion = minorVersion
        self.fields = fields
        self.facts = facts
    }

    /// Whether the target itself names the scheme https, which only a target in absolute-form can.
    package var namesHTTPS: Bool {
        guard form == .absolute, let authority = authoritySlice else { return false }
        // What stands before the authority is `http://` or `https://`.
        return ByteClass.lowered(bytes[authority.range.lowerBound - 4]) == UInt8(ascii: "s")
    }

    /// How the body is delimited.
    package var framing: BodyFraming { facts.framing }
    /// Whether the client wants the connection kept after this exchange (RFC 9112 §9.3).
    package var keepsAlive: Bool { facts.keepsAlive }
    /// What the client waits for before it sends the body.
    package var expectation: Expectation { facts.expectation }

    /// The path as sent, percent-encoded; `/` when the target has none.
    package var path: String { pathSlice.isEmpty ? "/" : text(pathSlice) }

    /// The query as sent, percent-encoded, without its `?`; nil when there is none.
    package var rawQuery: String? { querySlice.map(text) }

    /// Path and query as sent, for the log.
    package var targetBytes: [UInt8] {
        if let querySlice { return Array(bytes[pathSlice.range.lowerBound..<querySlice.range.upperBound]) }
        return pathSlice.isEmpty ? [UInt8(ascii: "/")] : Array(bytes[pathSlice.range])
    }

    /// Host and port the request is for, checked against RFC 3986 §3.2; nil or empty when the client named none.
    package var authority: String? { authoritySlice.map(text) }

    /// The first value of a header field, without the white space around it; names are compared without case.
    package func field(_ name: StaticString) -> String? {
        for field in fields where matches(field, name) { return text(field.value) }
        return nil
    }

    /// All values of a header field, in order.
    package func fields(_ name: StaticString) -> [String] {
        var values: [String] = []
        for field in fields where matches(field, name) { values.append(text(field.value)) }
        return values
    }

    /// Whether the header section has this field.
    package func hasField(_ name: StaticString) -> Bool {
        for field in fields where matches(field, name) { return true }
        return false
    }

    /// How many header fields there are.
    package var fieldCount: Int { fields.count }

    private func matches(_ field: Field, _ name: StaticString) -> Bool {
        guard field.name.count == name.utf8CodeUnitCount else { return false }
        return withBytes(of: field.name) { $0.spellsIgnoringCase(name) }
    }

    private func text(_ slice: HeadSlice) -> String {
        // Field values may hold bytes above 0x7E of an unknown coding; those that are no UTF-8 become U+FFFD.
        withBytes(of: slice) { $0.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
    }

    /// Hands out the bytes of a slice for the length of a call.
    @inline(__always)
    package func withBytes<Result, Failure: Error>(
        of slice: HeadSlice, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = self.bytes
        return try body(bytes.span.extracting(slice.range))
    }
}
