// The header fields of an answer as they came. A value.

/// Names and values in one run of bytes; texts are made of those that somebody asks for, which are few of an answer's.
package struct ReceivedFields: Sendable {
    private struct Place: Sendable {
        let name: Range<Int>
        var value: Range<Int>
    }

    private var bytes: [UInt8] = []
    private var places: [Place] = []

    package init() {}

    /// - Parameter fields: names and values in order.
    package init(_ fields: [(name: String, value: String)]) {
        for (name, value) in fields {
            Array(name.utf8).withUnsafeBytes { name in Array(value.utf8).withUnsafeBytes { append(name, $0) } }
        }
    }

    /// How many fields there are, each repeat counted.
    package var count: Int { places.count }

    /// Adds a field behind those that are there.
    package mutating func append(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        // Answers have ten fields as a rule, and some 300 bytes.
        if places.isEmpty {
            places.reserveCapacity(16)
            bytes.reserveCapacity(512)
        }
        let start = bytes.count
        bytes.append(contentsOf: name)
        let middle = bytes.count
        bytes.append(contentsOf: value)
        places.append(Place(name: start..<middle, value: middle..<bytes.count))
    }

    /// Lengthens the value of the last field, behind a space (RFC 9112 §5.2).
    /// - Returns: false when there is no field.
    package mutating func continueLast(_ value: UnsafeRawBufferPointer) -> Bool {
        guard let last = places.last else { return false }
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: value)
        places[places.count - 1].value = last.value.lowerBound..<bytes.count
        return true
    }

    /// Names and values in order, as they were sent; bytes that are no UTF-8 are replaced.
    package var all: [(name: String, value: String)] {
        places.map {
            (String(decoding: bytes[$0.name], as: UTF8.self), String(decoding: bytes[$0.value], as: UTF8.self))
        }
    }

    /// The values of a field in order, names compared without case.
    package func values(of name: String) -> [String] {
        places.filter { isNamed(name, $0) }.map { String(decoding: bytes[$0.value], as: UTF8.self) }
    }

    /// The first value of a field, names compared without case; nil when there is none.
    package func firstValue(of name: String) -> String? {
        places.first { isNamed(name, $0) }.map { String(decoding: bytes[$0.value], as: UTF8.self) }
    }

    private func isNamed(_ name: String, _ place: Place) -> Bool {
        name.utf8.count == place.name.count
            && zip(name.utf8, bytes[place.name]).allSatisfy { ByteClass.lowered($0) == ByteClass.lowered($1) }
    }
}
