// STIR/SHAKEN verification results as SIP carries them. Pure functions.

/// What the network said about the caller's right to the number.
package enum Verstat: String, Sendable, Hashable {
    case verified, unverified, unknown

    /// Reads a bare token, `verstat=…`, or a whole `From` or `P-Asserted-Identity` value (3GPP TS 24.229 §7.2A.20).
    ///
    /// `TN-Validation-Passed` (with or without an attestation letter) is verified, `TN-Validation-Failed` unverified;
    /// `No-TN-Validation` and anything else says nothing. A display name, in quotes or before the address in angle
    /// brackets, is the caller's own text and is not looked at.
    package init(_ text: String) {
        var unquoted = Self.withoutQuotedStrings(Array(text.utf8))
        if let address = unquoted.firstIndex(of: UInt8(ascii: "<")) { unquoted.removeFirst(address) }
        var token = unquoted[...]
        let mark = Array("verstat=".utf8)
        if let start = Self.find(mark, in: unquoted) {
            token = unquoted[(start + mark.count)...]
        } else if unquoted.contains(where: { [UInt8(ascii: "<"), UInt8(ascii: "@"), UInt8(ascii: ";")].contains($0) }) {
            // A SIP address without the parameter.
            self = .unknown
            return
        }
        let end = token.firstIndex { !Self.isTokenByte($0) } ?? token.endIndex
        let value = String(decoding: token[..<end], as: UTF8.self).lowercased()
        let passed = "tn-validation-passed"
        let failed = "tn-validation-failed"
        if value == passed || Self.isAttested(value, passed) {
            self = .verified
        } else if value == failed || Self.isAttested(value, failed) {
            self = .unverified
        } else {
            self = .unknown
        }
    }

    private static func isAttested(_ value: String, _ base: String) -> Bool {
        ["-a", "-b", "-c"].contains { value == base + $0 }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            || byte == UInt8(ascii: "-")
    }

    private static func find(_ mark: [UInt8], in text: [UInt8]) -> Int? {
        guard text.count >= mark.count else { return nil }
        return (0...(text.count - mark.count)).first { start in
            let precededByToken = start > 0 && isTokenByte(text[start - 1])
            return !precededByToken
                && mark.indices.allSatisfy { offset in
                    let byte = text[start + offset]
                    return ((0x41...0x5a).contains(byte) ? byte | 0x20 : byte) == mark[offset]
                }
        }
    }

    private static func withoutQuotedStrings(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        for byte in text {
            if isQuoted {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isQuoted = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isQuoted = true
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
