// Whether two ways of writing a telephone number mean the same one (spec 4.3, "Number match").

/// Telephone numbers compared by their digits, as templates compare them.
package struct PhoneMatch: Sendable {
    private let digits: [UInt8]
    private let maxLength: Int

    /// What other numbers are compared with.
    /// - Parameter maxLength: how many digits have to agree, counted from the right; 0 or less: all of them.
    package init(_ number: String, maxLength: Int) {
        var digits = number.utf8.filter(Self.isDigit)
        if digits.starts(with: Self.zeros) { digits.removeFirst(2) }
        self.digits = digits
        self.maxLength = max(0, maxLength)
    }

    /// Whether both are the same number: `+`, a leading `00` and whatever is no digit are left out of account. A text
    /// without digits equals nothing.
    package static func areEqual(_ left: String, _ right: String, maxLength: Int) -> Bool {
        PhoneMatch(left, maxLength: maxLength).matches(right.utf8)
    }

    /// Whether the text, as UTF-8, is the same number.
    package func matches(_ text: some BidirectionalCollection<UInt8>) -> Bool {
        guard !digits.isEmpty else { return false }
        var count = 0
        var leadingZeros = 0
        for byte in text where Self.isDigit(byte) {
            if count == leadingZeros, leadingZeros < 2, byte == UInt8(ascii: "0") { leadingZeros += 1 }
            count += 1
        }
        if leadingZeros == 2 { count -= 2 }
        let needed: Int
        if maxLength > 0, count >= maxLength, digits.count >= maxLength {
            needed = maxLength
        } else if count == digits.count {
            needed = count
        } else {
            return false
        }
        var compared = 0
        for byte in text.reversed() where Self.isDigit(byte) {
            if compared == needed { break }
            guard byte == digits[digits.count - 1 - compared] else { return false }
            compared += 1
        }
        return true
    }

    private static let zeros: [UInt8] = [0x30, 0x30]

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
