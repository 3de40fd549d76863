// Lookup, batch, parse and countries: from request to query.

import HTTPServer
import HTTPWire
import JSONText
import NumbersCore
import Platform

extension LookupRoutes {
    /// `GET /v1/lookup/{number}`.
    func lookup(_ request: HTTPRequest) -> Reply {
        keyed(request, .lookup) { [self] admission in
            switch lookupQuery(request) {
            case .failure(let fault): .ready(fault.response(request))
            case .success(let query):
                lookups.lookup(query, for: admission.credential).map { Replies.lookup($0, request) }
            }
        }
    }

    private func lookupQuery(_ request: HTTPRequest) -> Result<LookupQuery, BodyFault> {
        do throws(BodyFault) {
            let plan = plan.value
            let number: String
            let parameters: HTTPQuery
            do throws(HTTPDecodingError) {
                number = try request.pathParameter("number")
                parameters = try request.query()
            } catch {
                throw .invalid("The request target cannot be decoded: \(error).")
            }
            try checkLength(number)
            let country = try country(parameters["country"], plan)
            var input = NumberInput.any
            if let text = parameters["input"] {
                guard text == "e164" else {
                    throw .invalid("Parameter `input`: expected `e164`, found another word.")
                }
                input = .e164Only
            }
            let maxCacheAge = parameters["max_cache_age"].map { Self.wholeNumber($0) }
            if case .some(nil) = maxCacheAge {
                throw .invalid("Parameter `max_cache_age`: expected a whole number of seconds from 0 on.")
            }
            let fields: AnswerFields
            switch AnswerFields.parsing(parameters["fields"] ?? "") {
            case .success(let some): fields = parameters["fields"] == nil ? .all : some
            case .failure:
                throw .invalid(
                    "Parameter `fields`: expected names from "
                        + AnswerField.allCases.map(\.rawValue).joined(separator: ", ") + ", found another name.")
            }
            return .success(
                LookupQuery(
                    plan: plan, numbers: [number], context: ReadingContext(country: country, input: input),
                    verstat: parameters["verstat"].map { Verstat($0) } ?? .unknown, fields: fields,
                    reference: try reference(parameters["reference"]), maxCacheAge: maxCacheAge ?? nil,
                    deadline: try deadline(request, budget: parameters["budget_ms"]),
                    idempotency: try idempotency(request, parameters)))
        } catch {
            return .failure(error)
        }
    }

    /// `POST /v1/lookup/batch`.
    func lookupBatch(_ request: HTTPRequest) -> Reply {
        let parsed = batchQuery(request)
        let units = (try? parsed.get())?.numbers.count ?? 1
        return keyed(request, .lookup, units: units) { [self] admission in
            switch parsed {
            case .failure(let fault): .ready(fault.response(request))
            case .success(let query):
                lookups.batch(query, for: admission.credential).map { Replies.lookup($0, request) }
            }
        }
    }

    private func batchQuery(_ request: HTTPRequest) -> Result<LookupQuery, BodyFault> {
        fields(request).flatMap { fields in
            do throws(BodyFault) {
                let plan = plan.value
                let numbers: [String]
                let country: String?
                let input: String?
                let verstat: String?
                let maxCacheAge: Int64?
                let budget: Int64?
                let reference: String?
                let range = LookupQuery.budgetRange
                let budgetRange = Int64(range.lowerBound)...Int64(range.upperBound)
                do throws(JSONInputError) {
                    numbers = try fields.strings(
                        "numbers", count: 1...LookupQuery.batchMax, length: 0...LookupQuery.numberCharactersMax)
                    country = try fields.optionalString("country", length: 0...16)
                    input = try fields.optionalString("input", length: 0...16)
                    verstat = try fields.optionalString("verstat", length: 0...4_096)
                    maxCacheAge = try fields.optionalInteger("max_cache_age", in: 0...Int64(Int32.max))
                    budget = try fields.optionalInteger("budget_ms", in: budgetRange)
                    reference = try fields.optionalString("reference", length: 0...LookupQuery.referenceMax)
                } catch {
                    throw .invalid(error.description)
                }
                guard input == nil || input == "e164" else {
                    throw .invalid("Field `input`: expected `e164`, found another word.")
                }
                let parameters: HTTPQuery
                do throws(HTTPDecodingError) {
                    parameters = try request.query()
                } catch {
                    throw .invalid("The query cannot be decoded: \(error).")
                }
                return .success(
                    LookupQuery(
                        plan: plan, numbers: numbers,
                        context: ReadingContext(
                            country: try self.country(country, plan), input: input == nil ? .any : .e164Only),
                        verstat: verstat.map { Verstat($0) } ?? .unknown, fields: .all,
                        reference: try self.reference(reference), maxCacheAge: maxCacheAge.map { Int($0) },
                        deadline: request.received
                            + .milliseconds(budget.map { Int($0) } ?? policy.lookupBudgetMilliseconds),
                        idempotency: try idempotency(request, parameters)))
            } catch {
                return .failure(error)
            }
        }
    }

    /// `POST /v1/parse`.
    func parse(_ request: HTTPRequest) -> Reply {
        keyed(request, .parse) { [self] _ in
            .ready(
                respond(request) { fields throws(BodyFault) in
                    let (number, country) = try parts(fields) { fields throws(JSONInputError) in
                        (
                            try fields.string("number", length: 0...LookupQuery.numberCharactersMax),
                            try fields.optionalString("country", length: 0...16)
                        )
                    }
                    let plan = plan.value
                    let context = ReadingContext(country: try self.country(country, plan), input: .any)
                    return PlanReplies.parse(number, context, plan: plan)
                })
        }
    }

    /// `POST /v1/parse/batch`.
    func parseBatch(_ request: HTTPRequest) -> Reply {
        let plan = plan.value
        let parsed = fields(request).flatMap { fields -> Result<(numbers: [String], country: Region?), BodyFault> in
            do throws(BodyFault) {
                let (numbers, country) = try parts(fields) { fields throws(JSONInputError) in
                    (
                        try fields.strings(
                            "numbers", count: 1...LookupQuery.batchMax, length: 0...LookupQuery.numberCharactersMax),
                        try fields.optionalString("country", length: 0...16)
                    )
                }
                return .success((numbers, try self.country(country, plan)))
            } catch {
                return .failure(error)
            }
        }
        let units = (try? parsed.get())?.numbers.count ?? 1
        return keyed(request, .parse, units: units) { _ in
            switch parsed {
            case .failure(let fault): .ready(fault.response(request))
            case .success(let batch):
                .ready(
                    Replies.json(
                        PlanReplies.parse(
                            batch.numbers, ReadingContext(country: batch.country, input: .any), plan: plan)))
            }
        }
    }

    /// `GET /v1/countries`.
    func countries(_ request: HTTPRequest) -> Reply {
        keyed(request, .parse) { [self] _ in .ready(Replies.json(PlanReplies.countries(plan: plan.value))) }
    }

    // MARK: Parameters

    private func respond(
        _ request: HTTPRequest, _ make: (JSONFields) throws(BodyFault) -> [UInt8]
    ) -> HTTPResponse {
        switch fields(request) {
        case .failure(let fault): return fault.response(request)
        case .success(let fields):
            do throws(BodyFault) {
                return Replies.json(try make(fields))
            } catch {
                return error.response(request)
            }
        }
    }

    func parts<Parts>(
        _ fields: JSONFields, _ read: (JSONFields) throws(JSONInputError) -> Parts
    ) throws(BodyFault) -> Parts {
        do throws(JSONInputError) {
            return try read(fields)
        } catch {
            throw .invalid(error.description)
        }
    }

    private func checkLength(_ number: String) throws(BodyFault) {
        let length = number.unicodeScalars.count
        guard length <= LookupQuery.numberCharactersMax else {
            throw .invalid("The number has \(length) characters; at most \(LookupQuery.numberCharactersMax) are read.")
        }
    }

    /// A country that the numbering plan knows; nil when none is given.
    func country(_ text: String?, _ plan: NumberingPlan) throws(BodyFault) -> Region? {
        guard let text else { return nil }
        guard let region = Region(text.uppercased()), region.isGeographic, plan.contains(region) else {
            throw .invalid("`country`: expected an ISO 3166-1 alpha-2 code such as US that the numbering plan knows.")
        }
        return region
    }

    private func reference(_ text: String?) throws(BodyFault) -> String? {
        guard let text else { return nil }
        let length = text.unicodeScalars.count
        guard length <= LookupQuery.referenceMax else {
            throw .invalid("`reference` has \(length) characters; at most \(LookupQuery.referenceMax) are kept.")
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .invalid("`reference`: expected a text without control characters.")
        }
        // It is kept for ever and shown in statements, so no key may be in it.
        return text.isEmpty ? nil : String(Redaction.withoutKeys(text).unicodeScalars.prefix(LookupQuery.referenceMax))
    }

    private func deadline(_ request: HTTPRequest, budget text: String?) throws(BodyFault) -> MonotonicTime {
        guard let text else { return request.received + .milliseconds(policy.lookupBudgetMilliseconds) }
        let range = LookupQuery.budgetRange
        guard let budget = Self.wholeNumber(text), range.contains(budget) else {
            throw .invalid(
                "Parameter `budget_ms`: expected a whole number of milliseconds from \(range.lowerBound) to "
                    + "\(range.upperBound).")
        }
        return request.received + .milliseconds(budget)
    }

    /// A number written with decimal digits only, at most ten of them.
    static func wholeNumber(_ text: String) -> Int? {
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int(text)
    }

    /// The idempotency key with the fingerprint of what is asked, so that only the same question is replayed.
    private func idempotency(
        _ request: HTTPRequest, _ parameters: HTTPQuery
    ) throws(BodyFault) -> (key: IdempotencyKey, fingerprint: SHA256Digest)? {
        guard let text = request.field("idempotency-key") else { return nil }
        guard let key = IdempotencyKey(text) else {
            throw .invalid("`Idempotency-Key`: expected 1 to 255 printable ASCII characters.")
        }
        var path = request.path
        if path.hasPrefix("/api/") { path.removeFirst(4) }
        // The decoded number, so that two spellings of one target are one request.
        if let number = try? request.pathParameter("number") { path = "/v1/lookup/" + number }
        let pairs = parameters.pairs.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
        var canonical = Array("\(request.method)\n".utf8)
        for part in [path] + pairs.flatMap({ [$0.name, $0.value] }) {
            canonical += Array("\(part.utf8.count):".utf8) + Array(part.utf8)
        }
        canonical += SHA256Digest.of(request.body).bytes
        return (key, SHA256Digest.of(canonical))
    }
}
