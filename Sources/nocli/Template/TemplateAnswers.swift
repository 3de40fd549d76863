// What `template new` asks, and the answers. Values.

import CommandOptions

/// Everything a new template is made of.
struct TemplateAnswers {
    /// How the service knows who asks.
    enum Authentication: String, CaseIterable, Sendable {
        case none
        /// `Authorization: Bearer KEY`
        case bearer
        /// A header of the service's own.
        case header
        /// User name and password.
        case basic
    }

    /// How the service has numbers written.
    enum NumberForm: String, CaseIterable, Sendable {
        /// `+43…`
        case plus
        /// `43…`
        case digits
        /// `0043…`
        case zeros
    }

    /// One question: the option that answers it, and what is asked when the option is not given.
    struct Question: Sendable {
        let option: Option<String?>
        let words: String
        let standard: String
        let accepts: @Sendable (String) -> Bool
        let expects: String

        fileprivate init(
            _ name: String, _ words: String, standard: String, expects: String = "any text",
            accepts: @escaping @Sendable (String) -> Bool = { _ in true }
        ) {
            // An empty answer is one as well: it leaves a part out.
            option = .optional(
                name,
                ValueKind(placeholder: "TEXT", expects: expects) {
                    TemplateAnswers.isPlain($0) && accepts($0) ? $0 : nil
                },
                help: words + (standard.isEmpty ? "" : " [\(standard)]"))
            self.words = words
            self.standard = standard
            self.expects = expects
            self.accepts = { TemplateAnswers.isPlain($0) && accepts($0) }
        }
    }

    static let name = Question("name", "name of the CRM", standard: "My CRM", expects: "a text that is not empty") {
        !$0.isEmpty
    }
    static let address = Question(
        "address", "address of its API, without a slash at the end", standard: "https://crm.example.com/api",
        expects: "an address that begins with https:// or http:// and has no slash at its end"
    ) { ($0.hasPrefix("https://") || $0.hasPrefix("http://")) && !$0.hasSuffix("/") }
    static let authentication = Question(
        "auth", "how callers prove who they are: none, bearer, header or basic", standard: "bearer",
        expects: "none, bearer, header or basic"
    ) { Authentication(rawValue: $0) != nil }
    static let header = Question(
        "auth-header", "name of the header that carries the key, for --auth header", standard: "X-Api-Key",
        expects: "a name of letters, digits and hyphens"
    ) { text in
        !text.isEmpty
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
            }
    }
    static let number = Question(
        "number", "how numbers are written there: plus (+43…), digits (43…) or zeros (0043…)", standard: "plus",
        expects: "plus, digits or zeros"
    ) { NumberForm(rawValue: $0) != nil }
    static let lookup = Question(
        "lookup", "path of the search by number, {number} in it", standard: "/contacts?phone={number}",
        expects: "a path that begins with / and has {number} in it"
    ) { $0.hasPrefix("/") && $0.contains("{number}") }
    static let emailLookup = Question(
        "email-lookup", "path of the search by e-mail, {email} in it; - for none", standard: "/contacts?email={email}",
        expects: "a path that begins with / and has {email} in it, or -"
    ) { $0 == "-" || $0.hasPrefix("/") && $0.contains("{email}") }
    static let records = Question(
        "records", "where the list of contacts is in an answer, names joined by dots; - if it is the answer itself",
        standard: "contacts", expects: "names joined by dots, or -", accepts: isPath)
    static let id = Question("id", "field of the ID", standard: "id", expects: "a path", accepts: isField)
    static let firstName = Question(
        "first-name", "field of the first name; - for none", standard: "first_name", expects: "a path or -",
        accepts: isPath)
    static let lastName = Question(
        "last-name", "field of the last name; - for none", standard: "last_name", expects: "a path or -",
        accepts: isPath)
    static let company = Question(
        "company", "field of the company; - for none", standard: "company", expects: "a path or -", accepts: isPath)
    static let email = Question(
        "email", "field of the e-mail address; - for none", standard: "email", expects: "a path or -", accepts: isPath)
    static let phone = Question(
        "phone", "field of the telephone number", standard: "phone", expects: "a path", accepts: isField)
    static let mobile = Question(
        "mobile", "field of the mobile number; - for none", standard: "mobile", expects: "a path or -",
        accepts: isPath)
    static let page = Question(
        "page", "address of a contact's page, {id} in it", standard: "https://crm.example.com/contacts/{id}",
        expects: "an address that begins with https:// or http://, has {id} in it and no brackets"
    ) { text in
        (text.hasPrefix("https://") || text.hasPrefix("http://")) && text.contains("{id}")
            && !text.utf8.contains { "[]".utf8.contains($0) }
    }
    static let create = Question(
        "create", "path that makes a contact (POST); - for none", standard: "/contacts",
        expects: "a path that begins with /, or -", accepts: isTarget)
    static let calls = Question(
        "calls", "path that takes a finished call (POST); - for none", standard: "/calls",
        expects: "a path that begins with /, or -", accepts: isTarget)
    static let chats = Question(
        "chats", "path that takes a finished chat (POST); - for none", standard: "/chats",
        expects: "a path that begins with /, or -", accepts: isTarget)

    /// In the order they are asked.
    static let questions = [
        name, address, authentication, header, number, lookup, emailLookup, records, id, firstName, lastName, company,
        email, phone, mobile, page, create, calls, chats,
    ]

    private var answers: [String: String] = [:]

    /// The answer; nil when it leaves the part out.
    subscript(question: Question) -> String? {
        let text = answers[question.option.declaration.name] ?? question.standard
        return text == "-" ? nil : text
    }

    mutating func set(_ text: String, for question: Question) { answers[question.option.declaration.name] = text }

    /// Whether the question makes sense after the answers so far.
    func asks(_ question: Question) -> Bool {
        question.option.declaration.name != Self.header.option.declaration.name
            || self[Self.authentication] == Authentication.header.rawValue
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= 500 && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    private static func isTarget(_ text: String) -> Bool { text == "-" || text.hasPrefix("/") }

    private static func isPath(_ text: String) -> Bool { text == "-" || isField(text) }

    /// A hyphen alone means that there is none, which a field cannot be.
    private static func isField(_ text: String) -> Bool {
        !text.isEmpty && text != "-"
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { name in
                !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && !"[]<>&\"'".utf8.contains($0) }
            }
    }
}
