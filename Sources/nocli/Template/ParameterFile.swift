// Values of a template's parameters, from the command line and from a file. Values; nothing here prints one.

import CRMTemplate
import CommandOptions
import Platform

/// A `Name=value` of the command line.
struct Assignment: Hashable, Sendable {
    let name: String
    let value: String

    /// Splits at the first `=`; nil when there is none, or nothing before it. The value is taken as it is.
    init?(_ text: String) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else { return nil }
        name = String(text[..<equals])
        value = String(text[text.index(after: equals)...])
    }
}

extension ValueKind where Value == String {
    /// A name, an equals sign and a value. What is none of that is refused by ``CommandContext/assignments(_:)``, which
    /// does not repeat it: it may hold a secret.
    static func assignment(_ placeholder: String) -> ValueKind {
        ValueKind(placeholder: placeholder, expects: "a name, an equals sign and a value") { $0 }
    }
}

extension CommandContext {
    /// The assignments of an option, in order.
    func assignments(_ option: Option<[String]>) throws(CommandFailure) -> [Assignment] {
        var assignments: [Assignment] = []
        for text in values[option] {
            guard let assignment = Assignment(text) else {
                let declaration = option.declaration
                throw .usage(
                    invocation.error(
                        "--\(declaration.name) \(declaration.placeholder): expected a name, an equals sign and a value")
                )
            }
            assignments.append(assignment)
        }
        return assignments
    }
}

/// A file of `Name = value` lines.
enum ParameterFile {
    /// Bytes of a file: parameters are keys, addresses and texts of users.
    static let bytesMax = 1_048_576

    /// The values by name. Lines that are empty or begin with `#` mean nothing; white space around the name and the value
    /// is dropped, everything else belongs to the value.
    ///
    /// - Throws: with the line, never with what stands in it: most values are secrets.
    static func read(_ bytes: [UInt8], name file: String) throws(CommandFailure) -> [String: String] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .badData("\(file): expected UTF-8 text. Save the file as UTF-8.")
        }
        var values: [String: String] = [:]
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let content = trimmed(number == 1 && line.hasPrefix("\u{FEFF}") ? line.dropFirst() : line)
            if content.isEmpty || content.hasPrefix("#") { continue }
            guard let equals = content.firstIndex(of: "="), equals > content.startIndex else {
                throw .badData("\(file):\(number): expected a line `Name = value`, or one that begins with #")
            }
            let name = String(trimmed(content[..<equals]))
            let value = String(trimmed(content[content.index(after: equals)...]))
            guard values.updateValue(value, forKey: name) == nil else {
                throw .badData("\(file):\(number): \(terminalName(name)) has a value already; remove one of the lines")
            }
        }
        return values
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}

/// The values a run is given, matched with the parameters of its template.
struct GivenParameters {
    /// By the names that the template writes.
    let values: [String: String]
    /// What was given and the template does not have, as sentences.
    let notes: [String]

    /// - Parameter given: by name in any case; the command line's over the file's.
    init(_ given: [String: String], of template: Template) {
        let names = template.parameters.map(\.name)
        var values: [String: String] = [:]
        var notes: [String] = []
        for (name, value) in given.sorted(by: { $0.key < $1.key }) {
            let alike = names.filter { $0.lowercased() == name.lowercased() }
            if let exact = names.first(where: { $0 == name }) ?? (alike.count == 1 ? alike[0] : nil) {
                values[exact] = value
            } else {
                let near = Suggestion.nearest(to: name, among: names).map { "; did you mean \(terminalName($0))?" }
                notes.append("the template has no parameter \(terminalName(name))\(near ?? "")")
            }
        }
        self.values = values
        self.notes = notes
    }
}

/// A name from a file or a command line, fit for a message.
func terminalName(_ name: String) -> String {
    let shown = terminalSafe(String(name.prefix(64)))
    return name.count > 64 ? shown + "…" : shown
}
