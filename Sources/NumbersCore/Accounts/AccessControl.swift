// Who may do what, in the fixed order: key, suspension, network, use case, rate. Holds no state of its own.

package import Platform

/// What a request shows of itself.
package struct AccessRequest: Sendable {
    /// The key as presented; nil when there is none.
    package let keyText: String?
    /// Whether the key came in the URL, where logs and proxies see it.
    package let isKeyInURL: Bool
    package let address: NetworkAddress
    package let useCase: UseCase
    /// Numbers asked for.
    package let units: Int
    package let time: MonotonicTime
    package let now: UnixTime

    package init(
        keyText: String?, isKeyInURL: Bool, address: NetworkAddress, useCase: UseCase, units: Int,
        time: MonotonicTime, now: UnixTime
    ) {
        self.keyText = keyText
        self.isKeyInURL = isKeyInURL
        self.address = address
        self.useCase = useCase
        self.units = units
        self.time = time
        self.now = now
    }
}

/// Why a request is not let in.
package enum AccessDenial: Error, Sendable, Hashable {
    case missingKey
    /// Unknown, revoked, expired, disabled: deliberately one and the same.
    case invalidKey
    case accountSuspended
    case networkForbidden
    case useCaseForbidden(UseCase)
    case rateLimitedKey(RateWindow.Decision)
    /// Too many failed authentications from one address.
    case rateLimitedAddress(retryAfterSeconds: Int)
    /// More numbers in one request than the limit lets through in a minute.
    case batchExceedsLimit(units: Int, limit: Int)
    /// The key could not be looked up.
    case unavailable
}

/// A request that was let in.
package struct Admission: Sendable {
    package let credential: Credential
    /// The state of the limit, for the answer's `RateLimit-…` fields.
    package let rate: RateWindow.Decision
    private let units: Int
    private let time: MonotonicTime

    /// - Parameter time: when `units` were taken from the limit.
    package init(credential: Credential, rate: RateWindow.Decision, units: Int, time: MonotonicTime) {
        self.credential = credential
        self.rate = rate
        self.units = units
        self.time = time
    }

    /// Gives back what the request took from the limit: it was refused after all (400, 402, 409, 503).
    package func refunded() -> Admission {
        credential.giveBack(units, takenAt: time)
        let restored = RateWindow.Decision(
            isAllowed: true, limit: rate.limit, remaining: min(rate.limit, rate.remaining + units), resetSeconds: 0,
            retryAfterSeconds: 0)
        return Admission(credential: credential, rate: restored, units: 0, time: time)
    }
}

/// Decides about access.
package struct AccessControl: Sendable {
    /// Failed authentications a minute and client address, before the answer is 429.
    package static let failuresPerMinute = 60
    /// How long a key may take to be found.
    private static let loadTime: Duration = .seconds(2)

    private let directory: CredentialDirectory
    private let failures: AddressLimiter

    package init(directory: CredentialDirectory, failures: AddressLimiter) {
        self.directory = directory
        self.failures = failures
    }

    /// Lets a request in or says why not; waits only for a key that was not used lately.
    package func admit(_ request: AccessRequest) -> Deferred<Result<Admission, AccessDenial>> {
        guard let text = request.keyText else { return .ready(.failure(failed(request, .missingKey))) }
        guard let hash = KeyHash(ofPresented: text) else { return .ready(.failure(failed(request, .invalidKey))) }
        if let credential = directory.known(hash) { return .ready(decide(request, credential)) }
        return .pending {
            switch await directory.load(hash, deadline: request.time + Self.loadTime, at: request.time) {
            case .failure: .failure(.unavailable)
            case .success(nil): .failure(failed(request, .invalidKey))
            case .success(let credential?): decide(request, credential)
            }
        }
    }

    /// The state of the limit of a key that was presented and is known, for answers that do not let it in.
    package func rate(of request: AccessRequest) -> RateWindow.Decision? {
        guard let hash = request.keyText.flatMap({ KeyHash(ofPresented: $0) }),
            let credential = directory.known(hash),
            credential.key.isUsable(at: request.now)
        else { return nil }
        return credential.take(0, at: request.time)
    }

    private func failed(_ request: AccessRequest, _ denial: AccessDenial) -> AccessDenial {
        let decision = failures.take(request.address, limit: Self.failuresPerMinute, at: request.time)
        return decision.isAllowed ? denial : .rateLimitedAddress(retryAfterSeconds: decision.retryAfterSeconds)
    }

    private func decide(_ request: AccessRequest, _ credential: Credential) -> Result<Admission, AccessDenial> {
        let key = credential.key
        guard key.isUsable(at: request.now) else { return .failure(failed(request, .invalidKey)) }
        if credential.account.isSuspended { return .failure(.accountSuspended) }
        if !key.networks.isEmpty, !key.networks.contains(where: { $0.contains(request.address) }) {
            return .failure(.networkForbidden)
        }
        // A key that can manage the account must not travel in URLs, where logs keep it.
        if !key.useCases.allows(request.useCase) || (request.isKeyInURL && key.useCases.allows(.manage)) {
            return .failure(.useCaseForbidden(request.useCase))
        }
        if request.units > credential.limit {
            return .failure(.batchExceedsLimit(units: request.units, limit: credential.limit))
        }
        let rate = credential.take(request.units, at: request.time)
        guard rate.isAllowed else { return .failure(.rateLimitedKey(rate)) }
        directory.noteUse(key.id, at: request.now)
        return .success(Admission(credential: credential, rate: rate, units: request.units, time: request.time))
    }
}
