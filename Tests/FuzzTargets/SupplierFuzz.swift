internal import NumbersCore
internal import Platform

/// What suppliers of names answer, and the URLs they are asked by: nothing is invented, and nobody else is asked.
enum SupplierFuzz {
    private static let number = E164("+14155552671")

    /// The parts of an input: the status and how the answer is read (`200 plain`, `200 a.b`), a URL, a body.
    static func failure(_ bytes: [UInt8]) -> String? {
        guard let number, let question = SupplierQuestion(number, plan: .builtIn), let name = SupplierName("fuzz"),
            let plain = try? SupplierTemplate(url: "https://a.example/{e164}")
        else { return "the sample cannot be made" }
        let parts = FuzzParts(bytes)
        let given = try? SupplierTemplate(url: parts.text(1))
        if let given, let failure = failure(given, question) { return failure }
        let words = parts.text(0).split(separator: " ", maxSplits: 1)
        let form = words.count > 1 ? SupplierAnswerForm.json(path: String(words[1])) : nil
        let supplier = Supplier(
            name: name, url: given ?? plain, headers: [],
            form: words.last == "plain" ? .plain : form ?? .plain, noNameWords: [], price: .zero,
            timeoutMilliseconds: 100, concurrentMax: 1, countries: [], isEnabled: true, position: 0)
        let status = words.first.flatMap { Int($0) } ?? 200
        let body = parts[2]
        guard
            case .named(let found) = SupplierAnswer.read(
                status: status, body: body, supplier: supplier, question: question)
        else { return nil }
        if status != 200 { return "a name came with status \(status)" }
        if body.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") { return "a name was read from a page" }
        if CallerName(found.name.text) != found.name { return "a name is not clean" }
        // Put right at the most: the same letters, none more and none less.
        func letters(_ text: String) -> [Unicode.Scalar] {
            text.unicodeScalars.filter { $0 != " " && $0 != "," }.sorted()
        }
        return letters(found.raw) == letters(found.name.text) ? nil : "a name has letters that were not sent"
    }

    private static func failure(_ template: SupplierTemplate, _ question: SupplierQuestion) -> String? {
        let secrets = SupplierSecrets(
            Dictionary(uniqueKeysWithValues: template.secretNames.map { ($0, Secret("@/?#{}\\ \(0x7f)")) }))
        guard let url = template.url(for: question, secrets: secrets) else { return "a secret is missing" }
        let authority = template.text.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let scheme = template.text.hasPrefix("https://") ? "https://" : "http://"
        guard url.hasPrefix(scheme + authority) else { return "a place changed who is asked" }
        let rest = url.dropFirst(scheme.count + authority.count)
        guard rest.isEmpty || rest.first == "/" || rest.first == "?" else { return "a place went on with the host" }
        let isSendable = url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } && !rest.contains("#")
        return isSendable ? nil : "a URL cannot be sent"
    }
}
