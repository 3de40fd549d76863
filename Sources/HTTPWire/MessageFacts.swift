// What a header section says about the message itself: its framing (RFC 9112 §6), whether the connection stays
// (RFC 9112 §9), the host (RFC 9112 §3.2) and the expectation (RFC 9110 §10.1.1). Pure functions.

/// Reads the fields that frame a message and refuses those that could be read in two ways.
enum MessageFacts {
    private struct Found {
        var length: HeadSlice?
        var lengthCount = 0
        var hostCount = 0
        var coding = Coding()
        var closes = false
        var keepsAlive = false
    }

    /// The members of all Transfer-Encoding fields, in order.
    private struct Coding {
        var isPresent = false
        var chunkedCount = 0
        var unknownCount = 0
        var chunkedIsLast = false
    }

    /// - Parameter minorVersion: 0 for HTTP/1.0, 1 for HTTP/1.1.
    static func read(
        _ bytes: Span<UInt8>, _ fields: [RequestHead.Field], minorVersion: UInt8
    ) throws(HTTPFault) -> RequestHead.Facts {
        var found = Found()
        var facts = RequestHead.Facts()
        for field in fields {
            // The length of a name tells the five that matter from nearly all others.
            switch field.name.count {
            case 4, 6, 10, 14, 17: break
            default: continue
            }
            let name = bytes.extracting(field.name.range)
            let value = bytes.extracting(field.value.range)
            if name.spellsIgnoringCase("host") {
                found.hostCount += 1
                // An empty value is what a client without an authority sends (RFC 9112 §3.2).
                guard field.value.isEmpty || Authority.isValid(value) else { throw .badRequest(.hostMalformed) }
                facts.host = field.value
            } else if name.spellsIgnoringCase("content-length") {
                found.lengthCount += 1
                found.length = field.value
            } else if name.spellsIgnoringCase("transfer-encoding") {
                try readCoding(value, into: &found.coding)
            } else if name.spellsIgnoringCase("connection") {
                eachMember(of: value) { member in
                    if member.spellsIgnoringCase("close") { found.closes = true }
                    if member.spellsIgnoringCase("keep-alive") { found.keepsAlive = true }
                }
            } else if name.spellsIgnoringCase("expect"), minorVersion > 0 {
                // RFC 9110 §10.1.1: an HTTP/1.0 request's expectation is ignored.
                // A list: one member that cannot be met is enough, wherever it stands, and an empty one expects nothing.
                eachMember(of: value) { member in
                    if !member.spellsIgnoringCase("100-continue") {
                        facts.expectation = .unknown
                    } else if facts.expectation == .none {
                        facts.expectation = .continuation
                    }
                }
            }
        }
        guard found.hostCount < 2 else { throw .badRequest(.hostRepeated) }
        guard found.hostCount == 1 || minorVersion == 0 else { throw .badRequest(.hostMissing) }
        facts.framing = try framing(bytes, found, minorVersion: minorVersion)
        facts.keepsAlive = !found.closes && (minorVersion > 0 || found.keepsAlive)
        return facts
    }

    private static func framing(
        _ bytes: Span<UInt8>, _ found: Found, minorVersion: UInt8
    ) throws(HTTPFault) -> RequestHead.BodyFraming {
        if found.coding.isPresent {
            // RFC 9112 §6.1: in HTTP/1.0 the framing is faulty; with both fields it is a smuggling attempt or a mistake.
            guard minorVersion > 0 else { throw .badRequest(.codingInOldVersion) }
            guard found.lengthCount == 0 else { throw .badRequest(.lengthAndCoding) }
            // RFC 9112 §6.1: chunked once, and last; without it the length of the body cannot be known.
            guard found.coding.chunkedCount <= 1, found.coding.chunkedCount == 0 || found.coding.chunkedIsLast,
                found.coding.chunkedCount + found.coding.unknownCount > 0
            else { throw .badRequest(.codingMalformed) }
            guard found.coding.unknownCount == 0 else { throw .unknownTransferCoding }
            return .chunked
        }
        guard let length = found.length else { return .none }
        guard found.lengthCount == 1 else { throw .badRequest(.lengthRepeated) }
        let value = try contentLength(bytes.extracting(length.range))
        return value == 0 ? .none : .length(value)
    }

    /// Content-Length = 1*DIGIT; a number beyond 64 bits counts as the largest one, which no limit admits.
    private static func contentLength(_ value: Span<UInt8>) throws(HTTPFault) -> UInt64 {
        guard value.count > 0 else { throw .badRequest(.lengthMalformed) }
        var length: UInt64 = 0
        var saturated = false
        for index in value.indices {
            guard ByteClass.isDigit(value[index]) else { throw .badRequest(.lengthMalformed) }
            let (product, overflowed) = length.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(value[index] - 0x30))
            length = sum
            saturated = saturated || overflowed || carried
        }
        return saturated ? .max : length
    }

    /// Transfer-Encoding = #( token *( OWS ";" OWS parameter ) ); chunked has no parameters.
    private static func readCoding(_ value: Span<UInt8>, into coding: inout Coding) throws(HTTPFault) {
        coding.isPresent = true
        var isMalformed = false
        var members = 0
        eachMember(of: value) { member in
            members += 1
            var end = 0
            while end < member.count, ByteClass.isToken(member[end]) { end += 1 }
            let isChunked = member.extracting(0..<end).spellsIgnoringCase("chunked")
            // Parameters are those of a coding that is not implemented anyway; only their beginning is checked.
            var next = end
            while next < member.count, ByteClass.isSpace(member[next]) { next += 1 }
            if end == 0 || next < member.count && (isChunked || member[next] != UInt8(ascii: ";")) {
                isMalformed = true
            }
            coding.chunkedCount += isChunked ? 1 : 0
            coding.unknownCount += isChunked ? 0 : 1
            coding.chunkedIsLast = isChunked
        }
        // Empty members are allowed in lists in general; here nothing that two readers could see differently is.
        var commas = 0
        for index in value.indices where value[index] == UInt8(ascii: ",") { commas += 1 }
        guard !isMalformed, members == commas + 1 else { throw .badRequest(.codingMalformed) }
    }

    /// Calls `body` with every non-empty member of a comma-separated list, without the white space around it.
    private static func eachMember(of value: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
        var start = 0
        while start <= value.count {
            var end = start
            while end < value.count, value[end] != UInt8(ascii: ",") { end += 1 }
            var lower = start
            var upper = end
            while lower < upper, ByteClass.isSpace(value[lower]) { lower += 1 }
            while upper > lower, ByteClass.isSpace(value[upper - 1]) { upper -= 1 }
            if upper > lower { body(value.extracting(lower..<upper)) }
            start = end + 1
        }
    }
}
