// Which form of its content an answer is sent in (RFC 9110 §12, §13). Pure functions over immutable values.

internal import Platform

/// An answer that stays the same: its compressed form and its tag, made once.
package final class ContentArtifact: Sendable {
    /// The content compressed; nil when that gains nothing.
    let gzip: [UInt8]?
    /// Weak, because it stands for the plain and the compressed form alike (RFC 9110 §8.8.1).
    let entityTag: String

    init(_ body: [UInt8]) {
        let compressed =
            body.count >= ContentVariants.compressedFromBytes ? GzipEncoder.encode(body, .best) : nil
        gzip = compressed.flatMap { $0.count < body.count ? $0 : nil }
        entityTag = "W/\"\(SHA256Digest.of(body).hex.prefix(32))\""
    }
}

/// In which other forms the content of an answer may be sent.
package enum ContentVariants: Sendable {
    /// As it is and in no other way.
    case none
    /// Also compressed. Only where no secret stands beside text that a stranger chooses: the length would tell them about
    /// the secret (BREACH).
    case compressible
    /// Also compressed, and not at all to a client that has it.
    case artifact(ContentArtifact)

    /// Below this a packet is sent in any case.
    static let compressedFromBytes = 1_024
    /// What is compressed while a loop waits: about five milliseconds. Beyond it the content goes out as it is.
    static let compressedToBytes = 1_048_576

    /// Whether there is anything to choose.
    @inline(__always)
    package var isSingle: Bool {
        if case .none = self { return true }
        return false
    }
}

extension HTTPResponse {
    /// The answer as something that stays the same: compressed and tagged now, once.
    package func asArtifact() -> HTTPResponse {
        var copy = self
        copy.variants = .artifact(ContentArtifact(body))
        return copy
    }

    /// The answer with content that may be compressed.
    package func compressible() -> HTTPResponse {
        var copy = self
        copy.variants = .compressible
        return copy
    }

    /// The answer in the form that this request takes.
    package func negotiated(for head: RequestHead) -> HTTPResponse {
        guard !variants.isSingle, status == .ok else { return self }
        var answer = self
        answer.addVary("Accept-Encoding")
        if case .artifact(let artifact) = variants {
            answer.set("ETag", artifact.entityTag)
            if head.method == .get || head.method == .head, Self.has(head, artifact.entityTag) {
                return answer.asNotModified()
            }
        }
        guard Self.takesGzip(head), let gzip = compressed() else { return answer }
        answer.set("Content-Encoding", "gzip")
        answer.body = gzip
        return answer
    }

    /// Whether the request wants this content only if it is another (RFC 9110 §13.1.1). Tags are compared strongly, so
    /// the weak one of an artifact is never the one asked for; `*` asks for any.
    package func failsPrecondition(of head: RequestHead) -> Bool {
        guard case .artifact = variants, status == .ok, head.hasField("if-match") else { return false }
        for field in head.fields("if-match") where Self.list(field).contains([UInt8(ascii: "*")]) { return false }
        return true
    }

    private func compressed() -> [UInt8]? {
        switch variants {
        case .none: return nil
        case .artifact(let artifact): return artifact.gzip
        case .compressible:
            guard (ContentVariants.compressedFromBytes...ContentVariants.compressedToBytes).contains(body.count),
                let gzip = GzipEncoder.encode(body, .fast), gzip.count < body.count
            else { return nil }
            return gzip
        }
    }

    private mutating func addVary(_ name: String) {
        guard let present = field("Vary") else { return add("Vary", name) }
        set("Vary", "\(present), \(name)")
    }

    /// RFC 9110 §15.4.5: what a 200 would have said about the content stays away, but for what updates a cache.
    private func asNotModified() -> HTTPResponse {
        var answer = HTTPResponse(status: .notModified)
        for name in ["Cache-Control", "Content-Security-Policy", "ETag", "Vary"] {
            if let value = field(name) { answer.add(name, value) }
        }
        return answer
    }

    // MARK: What the client says

    /// RFC 9110 §13.1.2: `*`, or a list with this tag; the weak comparison of §8.8.3.2.
    private static func has(_ head: RequestHead, _ tag: String) -> Bool {
        let opaque = Array(tag.utf8.dropFirst(2))
        for field in head.fields("if-none-match") {
            for entry in list(field) {
                if entry == [UInt8(ascii: "*")] { return true }
                if entry == opaque { return true }
                if entry.starts(with: [UInt8(ascii: "W"), UInt8(ascii: "/")]), Array(entry.dropFirst(2)) == opaque {
                    return true
                }
            }
        }
        return false
    }

    /// RFC 9110 §12.5.3. A client that does not say what it takes gets the content as it is.
    private static func takesGzip(_ head: RequestHead) -> Bool {
        var byName: Bool?
        var byStar: Bool?
        for field in head.fields("accept-encoding") {
            for entry in list(field) {
                let parts = entry.split(separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false)
                let name = trimmed(parts[0]).map(ByteClass.lowered)
                let isTaken = parts.count < 2 || isAboveZero(trimmed(parts[1]))
                if name == Array("gzip".utf8) || name == Array("x-gzip".utf8) {
                    byName = byName ?? isTaken
                } else if name == [UInt8(ascii: "*")] {
                    byStar = byStar ?? isTaken
                }
            }
        }
        return byName ?? byStar ?? false
    }

    /// `weight = OWS ";" OWS "q=" qvalue`; anything else is not trusted to mean yes.
    private static func isAboveZero(_ weight: ArraySlice<UInt8>) -> Bool {
        let bytes = Array(weight)
        guard bytes.count >= 3, bytes.count <= 7, ByteClass.lowered(bytes[0]) == UInt8(ascii: "q"),
            bytes[1] == UInt8(ascii: "="), bytes[2] == UInt8(ascii: "0") || bytes[2] == UInt8(ascii: "1")
        else { return false }
        guard bytes.count > 3 else { return bytes[2] == UInt8(ascii: "1") }
        guard bytes[3] == UInt8(ascii: "."), bytes[4...].allSatisfy(ByteClass.isDigit) else { return false }
        let isWhole = bytes[4...].allSatisfy { $0 == UInt8(ascii: "0") }
        return bytes[2] == UInt8(ascii: "1") ? isWhole : !isWhole
    }

    /// The entries of a list; a comma within a tag's quotes does not part two of them.
    private static func list(_ field: String) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        var entry: [UInt8] = []
        var isQuoted = false
        for byte in field.utf8 {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: ","), !isQuoted {
                entries.append(Array(trimmed(entry[...])))
                entry = []
            } else {
                entry.append(byte)
            }
        }
        entries.append(Array(trimmed(entry[...])))
        return entries
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, ByteClass.isSpace(first) { bytes = bytes.dropFirst() }
        while let last = bytes.last, ByteClass.isSpace(last) { bytes = bytes.dropLast() }
        return bytes
    }
}
