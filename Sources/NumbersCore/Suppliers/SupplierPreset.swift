// Descriptions of services that sell caller names. Written from their public documentation, as constant data: nothing
// here was tried against the services, whose terms and prices are the operator's business.

internal import Platform

/// A supplier ready to be added with the operator's own secrets.
package struct SupplierPreset: Sendable {
    package let name: SupplierName
    /// Who offers it.
    package let service: String
    /// The page the description was written from.
    package let documentation: String
    package let url: SupplierTemplate
    package let headers: [Supplier.Header]
    package let form: SupplierAnswerForm
    package let noNameWords: [String]
    /// A first guess, to be replaced by what the operator's contract says.
    package let price: MicroUSD
    package let countries: [Region]

    /// Every preset, by name. Where the documentation shows only answers that have a name, the path's first step may be
    /// absent: it does not say that an answer without one has the member.
    package static let all: [SupplierPreset] = [
        preset(
            "bandwidth", "Bandwidth CNAM per dip", "https://dev.bandwidth.com/docs/voice/guides/cnamPerDip/",
            "https://cnam.dashcs.com/?companyId={secret:COMPANY_ID}&password={secret:PASSWORD}&number={digits}",
            form: .plain, micros: 4_000),
        preset(
            "bulkvs", "BulkVS CNAM", "https://www.bulkvs.com/",
            "https://cnam.bulkvs.com/?id={secret:ID}&did={national}&format=json",
            form: .json(["name"], isFirstOptional: true), micros: 2_000),
        preset(
            "everyoneapi", "EveryoneAPI", "https://hexdocs.pm/everyoneapi/Everyoneapi.html",
            "https://api.everyoneapi.com/v1/phone/{e164}?data=cnam&account_sid={secret:ACCOUNT_SID}"
                + "&auth_token={secret:AUTH_TOKEN}",
            form: .json(["data", "cnam"]), micros: 5_000),
        preset(
            "ezcnam", "EZCNAM", "https://ezcnam.com/user/api_doc",
            "https://api.ezcnam.com/v1?key={secret:KEY}&phone={digits}&out=json&names_only", form: .json(["name"]),
            micros: 4_000),
        preset(
            "opencnam", "OpenCNAM", "https://www.opencnam.com/docs",
            "https://api.opencnam.com/v3/phone/{e164}?format=json",
            headers: [("Authorization", "Basic {basic:ACCOUNT_SID:AUTH_TOKEN}")], form: .json(["name"]), micros: 4_000),
        preset(
            "telnyx", "Telnyx Number Lookup", "https://developers.telnyx.com/docs/identity/number-lookup/quickstart",
            "https://api.telnyx.com/v2/number_lookup/{e164}?type=caller-name",
            headers: [("Authorization", "Bearer {secret:API_KEY}")],
            form: .json(["data", "caller_name", "caller_name"]), micros: 4_000, countries: ["US"]),
        preset(
            "trestle", "Trestle Smart CNAM", "https://trestle-api.redoc.ly/Current/tag/Smart-CNAM-API/",
            "https://api.trestleiq.com/3.1/cnam?phone={e164}&phone.country_hint={country}",
            headers: [("x-api-key", "{secret:API_KEY}")], form: .json(["belongs_to", "name"], isFirstOptional: true),
            micros: 7_000),
        preset(
            "twilio", "Twilio Lookup v2", "https://www.twilio.com/docs/lookup/v2-api/caller-name",
            "https://lookups.twilio.com/v2/PhoneNumbers/{e164}?Fields=caller_name",
            headers: [("Authorization", "Basic {basic:ACCOUNT_SID:AUTH_TOKEN}")],
            form: .json(["caller_name", "caller_name"]), micros: 10_000, countries: ["US"]),
    ]

    package static func named(_ name: String) -> SupplierPreset? { all.first { $0.name.text == name } }

    /// The secrets that the operator has to bring.
    package var secretNames: [String] {
        headers.reduce(into: url.secretNames) { $0.formUnion($1.value.secretNames) }.sorted()
    }

    /// The supplier, with the standing of one that is new.
    package func supplier(position: Int) -> Supplier {
        Supplier(
            name: name, url: url, headers: headers, form: form, noNameWords: noNameWords, price: price,
            timeoutMilliseconds: Supplier.defaultTimeoutMilliseconds, concurrentMax: Supplier.defaultConcurrentMax,
            countries: Set(countries), isEnabled: true, position: position)
    }

    private static func preset(
        _ name: String, _ service: String, _ documentation: String, _ url: String,
        headers: [(String, String)] = [], form: SupplierAnswerForm, micros: Int64, countries: [String] = ["US", "CA"]
    ) -> SupplierPreset {
        // The texts are the constants above, and a test reads every one of them.
        guard let name = SupplierName(name), let url = try? SupplierTemplate(url: url) else {
            preconditionFailure("a preset is malformed")
        }
        return SupplierPreset(
            name: name, service: service, documentation: documentation, url: url,
            headers: headers.map { header in
                guard let value = try? SupplierTemplate(header: header.1) else {
                    preconditionFailure("a preset's header is malformed")
                }
                return Supplier.Header(name: header.0, value: value)
            },
            form: form, noNameWords: [], price: MicroUSD(micros: micros), countries: countries.compactMap { Region($0) }
        )
    }
}

extension Supplier {
    /// What an operator who says nothing gets: under the standard budget, so that a second one can still be asked.
    package static let defaultTimeoutMilliseconds = 900
    /// Services of this kind allow some ten to a hundred requests a second.
    package static let defaultConcurrentMax = 20
    /// The operator's order when none is given: by price.
    package static let defaultPosition = 100
}
