// What the fuzzers of script/fuzz feed, and the tests feed again: each takes any bytes and says which promise broke.
// Values; nothing is kept between two inputs.

/// A part of the product that reads what strangers write.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// XML to a template with its diagnostics.
    case template
    /// Expressions: read, evaluated, evaluated again in later passes.
    case expressions
    /// JSON text, against a second reader that knows nothing of the first.
    case json
    /// XML answers.
    case response
    /// Paths, rules and filters over JSON answers.
    case rules
    /// Requests out of values: URLs, headers, bodies.
    case requests
    /// Telephone numbers as people write them: read, written in every form, compared.
    case numbers
    /// Numbers in a text.
    case find
    /// Compiled numbering plans that were damaged, or made to harm.
    case plan
    /// Compiled names of carriers, places and time zones, the same.
    case names
    /// What paid suppliers of names answer, and the URLs they are asked by.
    case supplier
    /// Requests as they come over a connection, cut anywhere.
    case wire
    /// Hosts, forwarded addresses, traces, preconditions, codings, queries.
    case fields
    /// Answers as the HTTP client takes them, compressed ones among them.
    case answers

    /// Bytes of one input that are worth trying; longer ones are only slower.
    package static let inputBytesMax = 8_192

    /// Feeds the bytes. The sentence says which promise was broken; nil: none. A trap is for the fuzzer to see.
    package func failure(_ bytes: [UInt8]) -> String? {
        guard bytes.count <= Self.inputBytesMax else { return nil }
        return switch self {
        case .template: TemplateFuzz.failure(bytes)
        case .expressions: ExpressionFuzz.failure(bytes)
        case .json: JSONFuzz.failure(bytes)
        case .response: ResponseFuzz.failure(bytes)
        case .rules: RulesFuzz.failure(bytes)
        case .requests: RequestFuzz.failure(bytes)
        case .numbers: NumberFuzz.failure(bytes)
        case .find: FindFuzz.failure(bytes)
        case .plan: PlanFuzz.failure(bytes)
        case .names: NamesFuzz.failure(bytes)
        case .supplier: SupplierFuzz.failure(bytes)
        case .wire: WireFuzz.failure(bytes)
        case .fields: FieldFuzz.failure(bytes)
        case .answers: AnswerFuzz.failure(bytes)
        }
    }
}

/// An input cut in parts where a line holds nothing but `%%`, so that inputs can be read and written by people.
struct FuzzParts {
    private let parts: [[UInt8]]

    init(_ bytes: [UInt8]) {
        var parts: [[UInt8]] = []
        var part: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\n"), bytes[index...].starts(with: Self.divider) {
                parts.append(part)
                part = []
                index += Self.divider.count
            } else {
                part.append(bytes[index])
                index += 1
            }
        }
        parts.append(part)
        self.parts = parts
    }

    private static let divider = Array("\n%%\n".utf8)

    /// A part as bytes; empty when there are not so many.
    subscript(index: Int) -> [UInt8] { index < parts.count ? parts[index] : [] }

    /// A part as text; what is no UTF-8 is replaced, as a template's text always is UTF-8.
    func text(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }

    /// The lines of a part.
    func lines(_ index: Int) -> [String] {
        self[index].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
