// Why a document is not the one that was asked for, in words fit for an answer.

/// What is wrong with a JSON document someone sent: its text, or one of its fields.
///
/// The words name fields and kinds, never content, so they may be logged and sent back.
package enum JSONInputError: Error, Hashable, CustomStringConvertible {
    /// The bytes are no JSON.
    case syntax(JSONSyntaxError)
    /// A value has the wrong kind or size. The path is `numbers[3]`, or empty for the document itself.
    case field(path: String, expected: String, found: String)
    /// An object has a field that is not known there. The path is that of the object.
    case unknownField(path: String, name: String, known: [String])

    package var description: String {
        switch self {
        case .syntax(let error): "invalid JSON at \(error)"
        case .field(let path, let expected, let found):
            (path.isEmpty ? "the body" : "field `\(path)`") + ": expected \(expected), found \(found)"
        case .unknownField(let path, let name, let known):
            (path.isEmpty ? "" : "field `\(path)`: ") + "unknown field \(quotedName(name)); "
                + (known.isEmpty
                    ? "none is known here" : "known are " + known.map { "`\($0)`" }.joined(separator: ", "))
        }
    }
}
