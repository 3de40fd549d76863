// Values that must never be printed. Immutable.

/// Bytes that no log, error or debug print can show.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package init(_ text: String) { self.bytes = Array(text.utf8) }

    /// The secret itself, at the one place that needs it.
    package func reveal() -> [UInt8] { bytes }
    /// The secret as text, at the one place that needs it.
    package func revealText() -> String { String(decoding: bytes, as: UTF8.self) }

    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
