// Addresses of requests: what they begin with, whose text names the host, numbers that are not escaped.

extension TemplateLint {
    mutating func checkURLs() {
        for site in sites where site.use == .url && site.error == nil {
            guard case .scenario(let index) = site.owner else { continue }
            let url = site.text.text
            checkScheme(site, url)
            checkAuthority(site, url, index)
            checkNumber(site, url)
        }
    }

    private mutating func checkScheme(_ site: ExpressionSite, _ url: String) {
        let lower = url.lowercased()
        if lower.hasPrefix("https://") || lower.hasPrefix("[") { return }
        guard lower.hasPrefix("http://") else {
            let position = site.text.start(in: source)
            if lower.contains("://"), !lower.prefix(10).contains("[") {
                report(
                    .error, .badURL, at: position, "only http:// and https:// are requested",
                    hint: "write https://…")
            } else {
                report(
                    .warning, .badURL, at: position, "the address does not begin with https:// or a parameter",
                    hint: "write https://host/…, or [BaseUrl]/… with a parameter for the host")
            }
            return
        }
        let host = lower.dropFirst("http://".count).prefix { !"/?#:[".contains($0) }
        let isNear =
            host == "localhost" || host.hasPrefix("127.") || host.hasPrefix("10.") || host.hasPrefix("192.168.")
            || host.isEmpty || (!host.contains(".") && !host.isEmpty) || host.hasSuffix(".local")
        if !isNear {
            report(
                .warning, .plainHTTP, at: site.text.start(in: source),
                "the request goes out without encryption: whoever is on the way can read and change it",
                hint: "write https://")
        }
    }

    /// Decision 0.2: the authority comes from the template, parameters and the authentication only.
    private mutating func checkAuthority(_ site: ExpressionSite, _ url: String, _ index: Int) {
        let end = Self.authorityEnd(url)
        let data = dataNames(index)
        for reference in site.references where reference.offset < end {
            let name = reference.name.hasPrefix("Escaped") ? String(reference.name.dropFirst(7)) : reference.name
            guard data.contains(reference.name) || data.contains(name) else { continue }
            report(
                .error, .authorityFromData, at: site.text.position(reference.offset, in: source),
                "[\(reference.name.cut)] names the host, and comes from a call or an answer: the request is refused",
                hint: "put the host into the template or a parameter")
            return
        }
    }

    /// Variables of calls, chats and answers that a request of the scenario may read.
    private func dataNames(_ index: Int) -> Set<String> {
        let sight = flow.sights[index]
        // The authentication's own chain may follow what the provider says.
        if sight.occasions.isSubset(of: [.authentication]) { return [] }
        var names = sight.inherited.subtracting(flow.authenticationChain.contains(index) ? flow.authentication : [])
        names.formUnion(["Number", "DestinationEmail"])
        for occasion in sight.occasions { names.formUnion(occasion.variables) }
        return names.subtracting(flow.parameters.subtracting(sight.inherited))
    }

    /// Where the path or query begins, in bytes, brackets left aside.
    static func authorityEnd(_ url: String) -> Int {
        let bytes = Array(url.utf8)
        var depth = 0
        var index = url.lowercased().hasPrefix("http://") ? 7 : url.lowercased().hasPrefix("https://") ? 8 : 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ":") where depth <= 0 && bytes[index...].starts(with: "://".utf8): index += 2
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): if depth <= 0 { return index }
            default: break
            }
            index += 1
        }
        return bytes.count
    }

    /// `=[Number]` where the number may begin with `+`, which is a blank in a query.
    private mutating func checkNumber(_ site: ExpressionSite, _ url: String) {
        guard template.number.prefix == .asIs || template.number.prefix == .plus,
            !template.number.maxLength.source.utf8.contains(where: { (0x31...0x39).contains($0) }),
            let query = url.firstIndex(of: "?"),
            let range = url[query...].firstRange(of: "=[Number]")
        else { return }
        let offset = url.utf8.distance(from: url.startIndex, to: range.lowerBound) + 2
        report(
            .note, .unescapedNumber, at: site.text.position(offset, in: source),
            "a number that begins with '+' reaches the CRM with a blank instead", hint: "write [EscapedNumber]")
    }
}
