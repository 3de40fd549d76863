// A paid source of names as the operator describes it. Immutable.

internal import Platform

/// How a supplier is called in answers (`supplier:<name>`), metrics and on the command line: 1 to 32 lower-case ASCII
/// letters, digits and `-`, the first of them no `-`.
package struct SupplierName: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String

    package init?(_ text: String) {
        guard (1...32).contains(text.utf8.count), !text.hasPrefix("-"),
            text.utf8.allSatisfy({
                (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) || $0 == UInt8(ascii: "-")
            })
        else { return nil }
        self.text = text
    }

    package var description: String { text }
    package static func < (left: SupplierName, right: SupplierName) -> Bool { left.text < right.text }
}

/// Where the name is in a supplier's answer.
package enum SupplierAnswerForm: Sendable, Hashable {
    /// The whole body is the name.
    case plain
    /// A JSON document with the name at the end of the path: member names, or the index of an array's element.
    ///
    /// An object that has other members and not the path's first one is another document than the one that was described,
    /// unless the first step may be absent: then it has no name.
    case json([String], isFirstOptional: Bool = false)

    /// How many steps a path has at most.
    package static let stepsMax = 16
    /// Behind the first step of a path: it may be absent.
    private static let optionalMark = "?"

    /// Reads a path such as `data.caller_name.caller_name`, `results.0.name` or, with a first step that may be absent,
    /// `owner?.name`.
    package static func json(path text: String) -> SupplierAnswerForm? {
        var steps = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isFirstOptional = steps[0].hasSuffix(optionalMark)
        if isFirstOptional { steps[0].removeLast() }
        guard steps.count <= stepsMax, text.utf8.count <= 255, !steps.contains("") else { return nil }
        return .json(steps, isFirstOptional: isFirstOptional)
    }

    /// The path as it is written; nil for plain text.
    package var path: String? {
        switch self {
        case .plain: nil
        case .json(let steps, let isFirstOptional):
            isFirstOptional
                ? ([steps[0] + Self.optionalMark] + steps.dropFirst()).joined(separator: ".")
                : steps.joined(separator: ".")
        }
    }
}

/// A paid source of names.
package struct Supplier: Sendable, Hashable {
    /// How many an operator may have: each adds a line to every choice.
    package static let countMax = 32
    /// How long one request may take; beyond the longest budget its answer would only ever fill the cache.
    package static let timeoutRange: ClosedRange<Int> = 20...10_000
    package static let concurrentRange: ClosedRange<Int> = 1...1_000
    /// Headers and words of one supplier.
    package static let headersMax = 16
    package static let wordsMax = 64
    package static let wordBytesMax = 64

    package struct Header: Sendable, Hashable {
        package let name: String
        package let value: SupplierTemplate

        package init(name: String, value: SupplierTemplate) {
            self.name = name
            self.value = value
        }
    }

    package let name: SupplierName
    package let url: SupplierTemplate
    package let headers: [Header]
    package let form: SupplierAnswerForm
    /// Words beyond ``SupplierAnswer/noNameWords`` that mean *no name* when they are the whole answer.
    package let noNameWords: [String]
    /// What one request costs the operator.
    package let price: MicroUSD
    package let timeoutMilliseconds: Int
    /// Requests under way at one time.
    package let concurrentMax: Int
    /// The countries it has names for; empty: all.
    package let countries: Set<Region>
    package let isEnabled: Bool
    /// The operator's order: a lower one is asked first, whatever the prices. Suppliers in the same position are ordered
    /// by what a name costs.
    package let position: Int

    package init(
        name: SupplierName, url: SupplierTemplate, headers: [Header], form: SupplierAnswerForm, noNameWords: [String],
        price: MicroUSD, timeoutMilliseconds: Int, concurrentMax: Int, countries: Set<Region>, isEnabled: Bool,
        position: Int
    ) {
        self.name = name
        self.url = url
        self.headers = headers
        self.form = form
        self.noNameWords = noNameWords
        self.price = price
        self.timeoutMilliseconds = timeoutMilliseconds
        self.concurrentMax = concurrentMax
        self.countries = countries
        self.isEnabled = isEnabled
        self.position = position
    }

    package var timeout: Duration { .milliseconds(timeoutMilliseconds) }

    /// Whether it is to be asked about a number of that country.
    package func serves(_ country: Region?) -> Bool {
        countries.isEmpty || country.map { countries.contains($0) } == true
    }

    /// The names of the secrets it needs.
    package var secretNames: Set<String> {
        headers.reduce(into: url.secretNames) { $0.formUnion($1.value.secretNames) }
    }

    /// Whether `text` can be the name of a header here: a token (RFC 9110 §5.6.2) that frames no message.
    package static func isHeaderName(_ text: String) -> Bool {
        let framing = [
            "host", "content-length", "transfer-encoding", "connection", "te", "upgrade", "expect", "trailer",
        ]
        return (1...64).contains(text.utf8.count) && !framing.contains(text.lowercased())
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }
}

extension Supplier {
    /// The request about a number; nil when a secret is missing.
    package func request(about question: SupplierQuestion, secrets: SupplierSecrets) -> SupplierRequest? {
        guard let url = url.url(for: question, secrets: secrets) else { return nil }
        var filled: [(name: String, value: String)] = []
        for header in headers {
            guard let value = header.value.header(for: question, secrets: secrets) else { return nil }
            filled.append((header.name, value))
        }
        return SupplierRequest(url: url, headers: filled, bodyBytesMax: SupplierAnswer.bodyBytesMax)
    }
}
