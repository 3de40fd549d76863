// The message that a balance has fallen below what its customer named, and its signature. Immutable values, pure
// functions.

internal import JSONText
package import Platform

/// A balance that has fallen below the threshold.
package struct BalanceNotice: Sendable, Hashable {
    package let account: AccountID
    /// The ledger entry that took the balance below; it stands for the notice, and a repeated message has the same.
    package let entry: Int64
    /// The balance after that entry.
    package let balance: MicroUSD
    package let threshold: MicroUSD
    package let at: UnixTime

    package init(account: AccountID, entry: Int64, balance: MicroUSD, threshold: MicroUSD, at: UnixTime) {
        self.account = account
        self.entry = entry
        self.balance = balance
        self.threshold = threshold
        self.at = at
    }

    /// The content of the message, JSON.
    package var body: [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.beginObject()
        writer.field("type", "balance.low")
        writer.field("id", "entry_\(entry)")
        writer.field("at", at.rfc3339())
        writer.field("account_id", account.description)
        writer.field("balance_micros", balance.micros)
        writer.field("low_balance_micros", threshold.micros)
        writer.endObject()
        return writer.finish()
    }
}

/// The signature of a webhook's message.
package enum WebhookSignature {
    /// The header field that carries it.
    package static let field = "X-Numbers-Signature"
    /// How old a message may be that a receiver still believes; what is older may be a recording.
    package static let toleranceSeconds: Int64 = 300
    /// Bytes of a secret, before it is written as `whsec_` and hexadecimal digits.
    private static let secretBytes = 32

    /// A new secret, as its customer is shown it, once.
    package static func newSecret(_ random: RandomSource) -> Secret {
        Secret("whsec_" + Hex.encode(random.bytes(secretBytes)))
    }

    /// `t=<seconds since 1970>,v1=<HMAC-SHA-256 in hexadecimal digits>` over the time, a full stop and the content. The
    /// key is the secret's text as it was shown.
    package static func value(of body: [UInt8], secret: Secret, at: UnixTime) -> String {
        let seconds = String(at.microseconds / 1_000_000)
        let code = hmacSHA256(key: secret, message: Array("\(seconds).".utf8) + body)
        return "t=\(seconds),v1=\(Hex.encode(code))"
    }
}

/// Sends webhooks' messages.
package protocol WebhookTransport: Sendable {
    /// Posts JSON; returns by the deadline. Follows no redirect and sends nothing twice.
    /// - Returns: the status, or a word that says why there is none.
    func post(
        _ body: [UInt8], to url: WebhookURL, fields: [(name: String, value: String)], deadline: MonotonicTime
    ) async -> Result<Int, WebhookFailure>
}

/// Why a webhook's message got no answer.
package enum WebhookFailure: String, Error, Sendable, CaseIterable {
    case timedOut = "timed_out"
    /// The network guard refuses the address.
    case refusedAddress = "refused_address"
    /// The certificate is not one of this host, or nobody vouches for it.
    case tls
    case failed
}
