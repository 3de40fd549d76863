// Sign-up, the account, its keys and statements: from request to change.

import DocumentPages
import HTTPClient
import HTTPServer
import HTTPWire
import JSONText
import NumbersCore
import Platform

extension LookupRoutes {
    /// `POST /v1/account/signup`: keyless; `Idempotency-Key` is ignored, because its replay would show the keys again.
    func signUp(_ request: HTTPRequest) -> Reply {
        let name: String?
        let email: EmailAddress?
        switch signUpFields(request) {
        case .failure(let fault): return .ready(fault.response(request))
        case .success(let fields): (name, email) = fields
        }
        let decision = signups.take(
            request.clientAddress, limit: policy.signupsPerHour, scale: 60, at: request.received)
        guard decision.isAllowed else {
            let detail =
                policy.signupsPerHour == 0
                ? "Sign-up is closed on this server; ask its operator for an account."
                : "At most \(policy.signupsPerHour) accounts an hour can be opened from one address."
            return .ready(
                Replies.rateLimited(
                    "rate_limited_ip", detail, retryAfterSeconds: decision.retryAfterSeconds, request))
        }
        let account = Account(
            id: AccountID(random: random), name: name, email: email?.text, tier: .free, isSuspended: false,
            ownLimit: nil, prices: .standard, balance: .zero, held: .zero, createdAt: clock.wall())
        let key = APIKey(random: random, isTest: false)
        let cidKey = APIKey(random: random, isTest: false)
        let keys = [
            NewKey(id: KeyID(random: random), key: key, settings: KeySettings(name: "default", useCases: .all)),
            NewKey(id: KeyID(random: random), key: cidKey, settings: KeySettings(name: "cid", useCases: .cidOnly)),
        ]
        let docsURL = (origin(of: request)?.url ?? "") + "/docs"
        return .pending { [self] in
            switch await accounts.open(account, keys: keys, deadline: storageDeadline(request)) {
            case .failure: Replies.unavailable(request)
            case .success:
                Replies.json(
                    Replies.signUp(account, key: key, cidKey: cidKey, docsURL: docsURL), status: .created)
            }
        }
    }

    private func signUpFields(_ request: HTTPRequest) -> Result<(name: String?, email: EmailAddress?), BodyFault> {
        fields(request).flatMap { fields in
            do throws(BodyFault) {
                let (name, email) = try parts(fields) { fields throws(JSONInputError) in
                    (
                        try fields.optionalString("name", length: 0...KeySettings.nameMax),
                        try fields.optionalString("email", length: 0...254)
                    )
                }
                return .success((displayName(name), try emailAddress(email)))
            } catch {
                return .failure(error)
            }
        }
    }

    /// A name for people, without control characters; nil when nothing is left.
    private func displayName(_ text: String?) -> String? {
        // A key pasted into the wrong field must not come back in every listing.
        text.flatMap { CallerName(Redaction.withoutKeys($0))?.text }
    }

    private func emailAddress(_ text: String?) throws(BodyFault) -> EmailAddress? {
        guard let text else { return nil }
        guard let email = EmailAddress(text) else {
            throw .invalid("Field `email`: expected an address like name@example.com, found another form.")
        }
        return email
    }

    /// `GET /v1/account`.
    func account(_ request: HTTPRequest) -> Reply {
        keyed(request, .manage) { admission in
            .pending { [self] in
                let id = admission.credential.account.id
                return switch await accounts.account(id, deadline: storageDeadline(request)) {
                case .success(let profile?): Replies.json(Replies.account(profile))
                case .success(nil), .failure: Replies.unavailable(request)
                }
            }
        }
    }

    /// `PATCH /v1/account`.
    func updateAccount(_ request: HTTPRequest) -> Reply {
        keyed(request, .manage) { [self] admission in
            guard !admission.credential.key.isTest else { return .ready(Replies.keyRefusal(.testKey, request)) }
            let patch: AccountPatch
            switch accountPatch(request) {
            case .failure(let fault): return .ready(fault.response(request))
            case .success(let some): patch = some
            }
            return .pending { [self] in
                let id = admission.credential.account.id
                return switch await accounts.update(id, patch, deadline: storageDeadline(request)) {
                case .success(let profile?):
                    Replies.json(Replies.account(profile, webhookSecret: patch.webhook??.secret))
                case .failure(.noSecretKey):
                    Replies.problem(
                        .notImplemented, "not_implemented",
                        "This server keeps no secrets, so it has no webhooks; its operator can give it a key for them "
                            + "(--secret-key-file).", request)
                case .success(nil), .failure(.unavailable): Replies.unavailable(request)
                }
            }
        }
    }

    private func accountPatch(_ request: HTTPRequest) -> Result<AccountPatch, BodyFault> {
        fields(request).flatMap { fields in
            do throws(BodyFault) {
                var patch = AccountPatch()
                let (name, email) = try parts(fields) { fields throws(JSONInputError) in
                    try fields.refuseUnknown(known: ["name", "email", "webhook_url", "low_balance_micros"])
                    if fields.has("webhook_url") {
                        let text = try fields.optionalString("webhook_url", length: 0...WebhookURL.lengthMax)
                        patch.webhook = .some(try text.map { text throws(JSONInputError) in try webhook(text, fields) })
                    }
                    if fields.has("low_balance_micros") {
                        let micros = try fields.optionalInteger(
                            "low_balance_micros", in: 1...MicroUSD.largest.micros)
                        patch.lowBalance = .some(micros.map { MicroUSD(micros: $0) })
                    }
                    return (
                        try fields.optionalString("name", length: 0...KeySettings.nameMax),
                        try fields.optionalString("email", length: 0...254)
                    )
                }
                if fields.has("name") { patch.name = .some(displayName(name)) }
                if fields.has("email") { patch.email = .some(try emailAddress(email)) }
                return .success(patch)
            } catch {
                return .failure(error)
            }
        }
    }

    private func webhook(_ text: String, _ fields: JSONFields) throws(JSONInputError) -> AccountPatch.Webhook {
        guard let url = WebhookURL(text) else {
            throw fields.error(
                "webhook_url", expected: "an address like https://example.com/hooks/balance", found: "another form")
        }
        // Names are looked at when they are asked; an address tells at once that nothing could be delivered.
        if let address = url.address, let refusal = policy.webhookGuard.refusal(of: address) {
            throw fields.error(
                "webhook_url", expected: "a public address", found: "one that is \(refusal.rawValue)")
        }
        return AccountPatch.Webhook(url: url, secret: WebhookSignature.newSecret(random))
    }

    // MARK: Keys

    /// `GET /v1/account/keys`.
    func keys(_ request: HTTPRequest) -> Reply {
        keyed(request, .manage) { admission in
            .pending { [self] in
                let id = admission.credential.account.id
                return switch await accounts.keys(of: id, deadline: storageDeadline(request)) {
                case .success(let keys): Replies.json(Replies.keys(keys))
                case .failure: Replies.unavailable(request)
                }
            }
        }
    }

    /// `GET /v1/account/keys/{id}`.
    func key(_ request: HTTPRequest) -> Reply {
        keyed(request, .manage) { [self] admission in
            guard let id = keyID(request) else { return .ready(Replies.keyRefusal(.notFound, request)) }
            return .pending { [self] in
                let account = admission.credential.account.id
                return switch await accounts.key(id, of: account, deadline: storageDeadline(request)) {
                case .success(let key?): Replies.json(Replies.key(key))
                case .success(nil): Replies.keyRefusal(.notFound, request)
                case .failure: Replies.unavailable(request)
                }
            }
        }
    }

    /// `POST /v1/account/keys`.
    func createKey(_ request: HTTPRequest) -> Reply {
        keyed(request, .manage) { [self] admission in
            let settings: KeySettings
            switch keySettings(request, madeWith: admission.credential) {
            case .failure(let fault): return .ready(fault.response(request))
            case .success(let some): settings = some
            }
            let key = APIKey(random: random, isTest: settings.isTest)
            let draft = NewKey(id: KeyID(random: random), key: key, settings: settings)
            return .pending { [self] in
                let account = admission.credential.account.id
                let result = await accounts.createKey(
                    draft, account: account, at: clock.wall(), deadline: storageDeadline(request))
                return keyAnswer(result, key, account, request)
            }
        }
    }

    /// `PATCH /v1/account/keys/{id}`.
    func updateKey(_ request: HTTPRequest) -> Reply {
        keyed(request, .manage) { [self] admission in
            let patch: KeyPatch
            switch keyPatch(request, madeWith: admission.credential) {
            case .failure(let fault): return .ready(fault.response(request))
            case .success(let some): patch = some
            }
            guard let id = keyID(request) else { return .ready(Replies.keyRefusal(.notFound, request)) }
            if id == admission.credential.key.id, let networks = patch.networks, !networks.isEmpty,
                !networks.contains(where: { $0.contains(request.clientAddress) })
            {
                return .ready(
                    Replies.invalid(
                        "Field `networks`: expected one that the address of this request is in, or this key could not be "
                            + "used to change it back.", request))
            }
            return .pending { [self] in
                let account = admission.credential.account.id
                let result = await accounts.updateKey(
                    id, account: account, caller: KeySettings(admission.credential.key), patch: patch,
                    at: clock.wall(), deadline: storageDeadline(request))
                return keyAnswer(result, nil, account, request)
            }
        }
    }

    /// `POST /v1/account/keys/{id}/rotate`.
    func rotateKey(_ request: HTTPRequest) -> Reply {
        keyed(request, .manage) { [self] admission in
            let grace: Int
            let parsed = fields(request).flatMap { fields -> Result<Int, BodyFault> in
                do throws(BodyFault) {
                    return .success(
                        try parts(fields) { fields throws(JSONInputError) in
                            try fields.refuseUnknown(known: ["grace_seconds"])
                            let grace = try fields.optionalInteger(
                                "grace_seconds", in: 0...Int64(KeySettings.graceSecondsMax))
                            return grace.map { Int($0) } ?? KeySettings.graceSecondsMax
                        })
                } catch {
                    return .failure(error)
                }
            }
            switch parsed {
            case .failure(let fault): return .ready(fault.response(request))
            case .success(let seconds): grace = seconds
            }
            guard let id = keyID(request) else { return .ready(Replies.keyRefusal(.notFound, request)) }
            return .pending { [self] in
                let account = admission.credential.account.id
                let now = clock.wall()
                let deadline = storageDeadline(request)
                // Only a test key's text tells that it is one, so the kind must be known before the text is made.
                guard case .success(let found) = await accounts.key(id, of: account, deadline: deadline) else {
                    return Replies.unavailable(request)
                }
                guard let present = found else { return Replies.keyRefusal(.notFound, request) }
                let key = APIKey(random: random, isTest: present.isTest)
                let result = await accounts.rotateKey(
                    id, account: account, caller: KeySettings(admission.credential.key), to: key,
                    graceUntil: now + .seconds(grace), at: now, deadline: deadline)
                return keyAnswer(result, key, account, request)
            }
        }
    }

    private func keyID(_ request: HTTPRequest) -> KeyID? {
        // A foreign id and a malformed one get the same answer.
        (try? request.pathParameter("id")).flatMap { KeyID($0) }
    }

    private func keyAnswer(
        _ result: Result<KeyRecord, KeyChangeRefusal>, _ text: APIKey?, _ account: AccountID, _ request: HTTPRequest
    ) -> HTTPResponse {
        switch result {
        case .failure(let refusal): return Replies.keyRefusal(refusal, request)
        case .success(let record):
            // This process need not wait for the change feed to forget what it knew of the account.
            credentials.forget(account)
            return Replies.json(Replies.key(record, text: text), status: text == nil ? .ok : .created)
        }
    }

    private func keySettings(
        _ request: HTTPRequest, madeWith credential: Credential
    ) -> Result<KeySettings, BodyFault> {
        fields(request).flatMap { fields in
            do throws(BodyFault) {
                let (patch, isTest) = try parts(fields) { fields throws(JSONInputError) in
                    try fields.refuseUnknown(
                        known: ["name", "use_cases", "limit", "daily_cap_micros", "expires_at", "networks", "test"])
                    let isTest = try fields.optionalBoolean("test") ?? false
                    var patch = try keyChanges(fields)
                    // A test key is made to try everything out, so it need not name what it is for.
                    if !isTest || fields.has("use_cases") {
                        patch.useCases = UseCases(
                            try fields.choices("use_cases", as: UseCase.self, count: 1...UseCase.allCases.count))
                    }
                    return (patch, isTest)
                }
                try check(patch, madeWith: credential)
                // What is not said is taken from the key that asks, and nothing goes beyond it. A test key manages
                // nothing unless that is said: it is made to be left lying about.
                let maker = KeySettings(credential.key)
                if maker.dailyCap != nil, !isTest, !maker.isTest {
                    throw .invalid(
                        "A key with a daily cap makes no keys that are billed: together they could spend more than it "
                            + "may.")
                }
                let base = KeySettings(
                    name: nil, useCases: isTest ? maker.useCases.subtracting(UseCases(.manage)) : maker.useCases,
                    limit: maker.limit, dailyCap: maker.dailyCap,
                    expiresAt: maker.expiresAt, networks: maker.networks, isTest: isTest || maker.isTest)
                let settings = patch.applied(to: base)
                guard settings.useCases.rawValue != 0 else {
                    throw .invalid(
                        "Field `use_cases`: expected some, because the key that makes the request can only manage.")
                }
                guard settings.isWithin(maker) else {
                    throw .invalid(
                        "A key cannot do more than the key that makes it: limit, daily_cap_micros, expires_at and "
                            + "networks must stay within that key's own.")
                }
                return .success(settings)
            } catch {
                return .failure(error)
            }
        }
    }

    private func keyPatch(_ request: HTTPRequest, madeWith credential: Credential) -> Result<KeyPatch, BodyFault> {
        fields(request).flatMap { fields in
            do throws(BodyFault) {
                let patch = try parts(fields) { fields throws(JSONInputError) in
                    try fields.refuseUnknown(
                        known: [
                            "name", "use_cases", "limit", "daily_cap_micros", "expires_at", "networks", "enabled",
                        ])
                    var patch = try keyChanges(fields)
                    if fields.has("use_cases") {
                        patch.useCases = UseCases(
                            try fields.choices("use_cases", as: UseCase.self, count: 1...UseCase.allCases.count))
                    }
                    if fields.has("enabled") { patch.isEnabled = try fields.boolean("enabled") }
                    return patch
                }
                try check(patch, madeWith: credential)
                return .success(patch)
            } catch {
                return .failure(error)
            }
        }
    }

    private func keyChanges(_ fields: JSONFields) throws(JSONInputError) -> KeyPatch {
        var patch = KeyPatch()
        if fields.has("name") {
            patch.name = .some(displayName(try fields.optionalString("name", length: 0...KeySettings.nameMax)))
        }
        if fields.has("limit") {
            patch.limit = .some(try fields.optionalInteger("limit", in: 1...1_000_000).map { Int($0) })
        }
        if fields.has("daily_cap_micros") {
            let cap = try fields.optionalInteger("daily_cap_micros", in: 0...MicroUSD.largest.micros)
            patch.dailyCap = .some(cap.map { MicroUSD(micros: $0) })
        }
        if fields.has("expires_at") {
            let text = try fields.optionalString("expires_at", length: 0...64)
            let time = text.flatMap { UnixTime(rfc3339: $0) }
            if text != nil, time == nil {
                throw fields.error(
                    "expires_at", expected: "a time like 2027-01-31T12:00:00Z", found: "another text")
            }
            patch.expiresAt = .some(time)
        }
        if fields.has("networks") {
            let texts = try fields.optionalStrings(
                "networks", count: 0...KeySettings.networksMax, length: 0...64)
            var networks: [NetworkBlock] = []
            for (index, text) in (texts ?? []).enumerated() {
                guard let block = NetworkBlock(text) else {
                    throw fields.error(
                        "networks",
                        expected: "networks like 192.0.2.0/24 or 2001:db8::/32, whose bits behind the length are zero",
                        found: "another text at index \(index)")
                }
                networks.append(block)
            }
            patch.networks = networks
        }
        return patch
    }

    /// A customer can only narrow: no key gets what the key it was made with does not have.
    private func check(_ patch: KeyPatch, madeWith credential: Credential) throws(BodyFault) {
        if let useCases = patch.useCases, !useCases.isSubset(of: credential.key.useCases) {
            throw .invalid(
                "Field `use_cases`: expected some of those of the key that makes the request: "
                    + credential.key.useCases.names.joined(separator: ", ") + ".")
        }
        if case .some(.some(let limit)) = patch.limit, limit > credential.limit {
            throw .invalid("Field `limit`: expected at most \(credential.limit), found \(limit).")
        }
        if case .some(.some(let expiry)) = patch.expiresAt, expiry <= clock.wall() {
            throw .invalid("Field `expires_at`: expected a time to come, found one that has passed.")
        }
    }
}
