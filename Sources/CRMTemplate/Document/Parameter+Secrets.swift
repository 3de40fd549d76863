// Which parameters hold secrets although their type does not say so. Pure functions.

extension Parameter {
    /// Words in a name that tell of a secret. Templates declare client secrets and API keys as plain text.
    private static let words = ["secret", "password", "passwd", "passphrase", "token"]
    /// Endings of a name that tell of one: `ApiKey`, `Private_Key`, and a key by itself.
    private static let endings = ["key", "pin", "pwd"]
    /// Endings of names that speak of a secret and hold none: `TokenUrl`.
    private static let harmless = ["url", "uri", "host", "endpoint", "enabled"]

    /// Whether whoever stores the value has to keep it sealed, and never shows it: by the type, else by the name. More
    /// are sealed than are hidden in traces, because sealing costs nothing.
    package var isKeptSecret: Bool {
        if kind.isSecret { return true }
        guard kind == .string else { return false }
        let name = self.name.lowercased()
        guard !Self.harmless.contains(where: { name.hasSuffix($0) }) else { return false }
        return Self.words.contains { name.contains($0) } || Self.endings.contains { name.hasSuffix($0) }
    }
}
