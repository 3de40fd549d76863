// What a customer sets of an account, and the account with that. Immutable values.

package import Platform

/// A change to an account; nil leaves a setting as it is, an inner nil takes it away.
package struct AccountPatch: Sendable {
    /// A webhook's address with the secret that its messages are signed with.
    package struct Webhook: Sendable {
        package let url: WebhookURL
        package let secret: Secret

        package init(url: WebhookURL, secret: Secret) {
            self.url = url
            self.secret = secret
        }
    }

    package var name: String??
    package var email: EmailAddress??
    package var webhook: Webhook??
    /// At least one micro-dollar.
    package var lowBalance: MicroUSD??

    package init() {}
}

/// An account with what its customer has set for being told of a low balance.
package struct AccountProfile: Sendable {
    package let account: Account
    package let webhookURL: WebhookURL?
    /// Falling below it is told.
    package let lowBalance: MicroUSD?

    package init(account: Account, webhookURL: WebhookURL?, lowBalance: MicroUSD?) {
        self.account = account
        self.webhookURL = webhookURL
        self.lowBalance = lowBalance
    }
}

/// Why an account was not changed.
package enum AccountChangeRefusal: Error, Sendable, Hashable {
    /// The server has no key to seal a webhook's secret with.
    case noSecretKey
    case unavailable
}
