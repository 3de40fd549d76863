// What scenarios give: contacts that lack what makes them one, authentication without a header, types that do not exist.

import Platform

extension TemplateLint {
    /// Outputs of a contact (spec 5.1).
    static let contactTypes = [
        "FirstName", "LastName", "CompanyName", "Email", "ContactUrl", "PhoneMobile", "PhoneMobile2", "PhoneHome",
        "PhoneHome2", "PhoneBusiness", "PhoneBusiness2", "PhoneOther", "FaxBusiness", "FaxHome", "Pager", "EntityId",
        "EntityType", "Title", "PhotoUrl",
    ]
    /// Outputs of an authentication (spec 7.1).
    static let authenticationTypes = ["Bearer", "BearerExpiration", "HeaderName", "HeaderValue"]
    /// What authors write for a known type.
    private static let contactAliases = [
        "company": "CompanyName", "phone": "PhoneBusiness", "mobile": "PhoneMobile", "url": "ContactUrl",
        "link": "ContactUrl", "fax": "FaxBusiness", "mail": "Email", "emailaddress": "Email",
        "phonework": "PhoneBusiness",
        "photo": "PhotoUrl", "id": "EntityId", "type": "EntityType", "surname": "LastName",
    ]
    private static let authenticationAliases = [
        "token": "Bearer", "accesstoken": "Bearer", "access_token": "Bearer", "bearertoken": "Bearer",
        "authorization": "Bearer", "expires": "BearerExpiration", "expires_in": "BearerExpiration",
        "expiration": "BearerExpiration", "timeout": "BearerExpiration", "header": "HeaderName",
    ]

    mutating func checkOutputs() {
        for scenario in template.scenarios {
            let occasions = flow.sights[scenario.index].occasions
            if !occasions.isEmpty { checkTypes(scenario, occasions) }
        }
        for (root, occasion) in VariableFlow.roots(template, flow.plan) { checkResult(root, occasion) }
    }

    // MARK: - Types

    private mutating func checkTypes(_ scenario: Scenario, _ occasions: Set<Occasion>) {
        guard let outputs = scenario.outputs else { return }
        let isForContacts = occasions.contains(where: \.givesContacts)
        if outputs.next != nil, !occasions.contains(.authentication), let first = outputs.outputs.first {
            report(
                .warning, .outputsBesideNext, at: first.position,
                "outputs beside Next are not used: the result comes from the end of the chain",
                hint:
                    "move what is needed to the scenario \"\((outputs.next ?? "").cut)\", which sees the same variables"
            )
        }
        var seen: Set<String> = []
        for output in outputs.outputs {
            let position = place(output.position, "Type")
            if !seen.insert(output.type).inserted {
                report(
                    .note, .duplicateOutput, at: position,
                    "a second output \(output.type.cut): the last one that is not empty counts")
            }
            var known: [String] = []
            if isForContacts { known += Self.contactTypes }
            if occasions.contains(.authentication) { known += Self.authenticationTypes }
            if occasions.contains(.oauthResponse) { known.append("Result") }
            guard !known.isEmpty, !known.contains(output.type) else { continue }
            let alias =
                (isForContacts ? Self.contactAliases : Self.authenticationAliases)[output.type.lowercased()]
                ?? near(output.type, known)
            if let alias {
                report(
                    .warning, .nearOutput, at: position,
                    isForContacts
                        ? "\(output.type.cut) is a field of the template's own, which 3CX does not show"
                        : "\(output.type.cut) is not used here", hint: "did you mean \(alias)?")
            } else if !isForContacts {
                report(
                    .warning, .unknownOutput, at: position, "\(output.type.cut) is not used here",
                    hint: "used are \(known.joined(separator: ", ")); what later requests need is a variable")
            }
        }
    }

    /// A known type that differs in more than the number at the end.
    private func near(_ type: String, _ known: [String]) -> String? {
        func base(_ text: String) -> Substring {
            text[..<(text.lastIndex { !$0.isNumber }.map(text.index(after:)) ?? text.startIndex)]
        }
        return Suggestion.slip(type, among: known).flatMap { base($0) == base(type) ? nil : $0 }
    }

    // MARK: - Results

    private mutating func checkResult(_ root: Int, _ occasion: Occasion) {
        let chain = VariableFlow.chain(from: root, flow.plan)
        guard let last = chain.last else { return }
        let end = flow.plan.scenarios[last]
        // A chain to nowhere, in a circle, or to what is not run is reported by itself.
        guard end.next == nil, end.unknownNext == nil, end.scenario.kind == .rest else { return }
        switch occasion {
        case .lookupByNumber, .lookupByEmail, .searchContacts, .getAllContacts, .createContact,
            .createContactFromClient:
            checkContact(root, end.scenario, occasion)
        case .reportCall, .reportChat, .callFlow: break
        case .authentication:
            checkAuthentication(root, chain.flatMap { template.scenarios[$0].outputs?.outputs ?? [] })
        case .oauthResponse:
            if !(end.scenario.outputs?.outputs.contains { $0.type == "Result" } ?? false) {
                report(
                    .error, .missingOutput, at: end.scenario.outputs?.position ?? end.scenario.position,
                    "the OAuth response has no output Result, which is the value of the parameter",
                    hint: "add <Output Type=\"Result\" Value=\"[RefreshToken]\" />")
            }
        }
    }

    private mutating func checkContact(_ root: Int, _ end: Scenario, _ occasion: Occasion) {
        let isLookup = occasion != .createContact && occasion != .createContactFromClient
        guard let outputs = end.outputs, !outputs.outputs.isEmpty else {
            // A first lookup may only be there for what its request does, when another one finds the contact.
            let isOnly = !template.scenarios.indices.contains {
                $0 != root && flow.sights[$0].occasions.contains(occasion)
                    && template.scenarios[$0].outputs?.outputs.isEmpty == false
            }
            report(
                isLookup && isOnly ? .error : .warning, .missingOutput, at: end.outputs?.position ?? end.position,
                isLookup
                    ? "the lookup has no outputs: it never finds anybody" : "there are no outputs: no contact is shown",
                hint: "add <Outputs> with ContactUrl, a name and a phone number")
            return
        }
        let types = Set(outputs.outputs.map(\.type))
        let severity: Diagnostic.Severity = isLookup ? .error : .warning
        if !types.contains("ContactUrl") {
            report(
                severity, .missingOutput, at: outputs.position,
                "there is no output ContactUrl, without which 3CX takes nothing for a contact",
                hint: "add <Output Type=\"ContactUrl\" Value=\"https://…/[Id]\" />, a different one for each contact")
        }
        if types.isDisjoint(with: ["FirstName", "LastName", "CompanyName"]) {
            report(
                severity, .missingOutput, at: outputs.position,
                "there is no name: none of FirstName, LastName and CompanyName",
                hint: "add <Output Type=\"FirstName\" Value=\"[…]\" />")
        }
        if occasion == .lookupByNumber,
            !types.contains(where: { $0.hasPrefix("Phone") && $0 != "PhotoUrl" || $0.hasPrefix("Fax") })
        {
            report(
                .warning, .missingOutput, at: outputs.position,
                "there is no phone number: 3CX takes a contact only when one of its numbers is the caller's",
                hint: "add <Output Type=\"PhoneBusiness\" Value=\"[Number]\" />, or the number in the answer")
        }
    }

    private mutating func checkAuthentication(_ root: Int, _ outputs: [OutputsTemplate.Output]) {
        let scenario = template.scenarios[root]
        let types = Set(outputs.map(\.type))
        let position = outputs.first?.position ?? scenario.outputs?.position ?? scenario.position
        if types.contains("HeaderName") != types.contains("HeaderValue") {
            report(
                .error, .headerPair, at: outputs.first { $0.type.hasPrefix("Header") }?.position ?? position,
                types.contains("HeaderName")
                    ? "there is a HeaderName, but no HeaderValue"
                    : "there is a HeaderValue, but no HeaderName", hint: "output both")
        } else if !types.contains("Bearer"), !types.contains("HeaderName") {
            report(
                .error, .missingOutput, at: position,
                "the authentication gives no header: there is neither Bearer nor HeaderName and HeaderValue",
                hint: "add <Output Type=\"Bearer\" Value=\"[AccessToken]\" />")
        }
    }
}
