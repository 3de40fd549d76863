// Secrets at rest: sealed before they are written, opened after they were read. Immutable.

/// Seals and opens the secrets of the database.
///
/// A sealed value is a version (1 byte), the key's id (8), the nonce (12), the encrypted text and the tag (16). What the
/// tag covers besides are version, key id and place: a value that was copied to another row does not open there.
package struct SecretVault: Sendable {
    /// The place of a value in the database.
    package struct Place: Sendable, Hashable {
        package let table: String
        /// Every column that tells the row from others, the workspace among them.
        package let row: [String]
        package let column: String

        package init(table: String, row: [String], column: String) {
            self.table = table
            self.row = row
            self.column = column
        }

        /// Each part behind its length, so that no two places are written alike.
        fileprivate var bytes: [UInt8] {
            var bytes: [UInt8] = []
            for part in [table] + row + [column] {
                let text = Array(part.utf8)
                withUnsafeBytes(of: UInt32(text.count).bigEndian) { bytes += $0 }
                bytes += text
            }
            return bytes
        }
    }

    private static let version: UInt8 = 1

    private let key: SecretKey?
    private let random: RandomSource

    /// - Parameter key: nil: nothing can be sealed or opened.
    package init(key: SecretKey?, random: RandomSource) {
        self.key = key
        self.random = random
    }

    /// Whether secrets can be stored.
    package var hasKey: Bool { key != nil }

    /// The secret as it may be stored at the place; nil without a key.
    package func seal(_ secret: Secret, at place: Place) -> [UInt8]? {
        guard let key else { return nil }
        let head = [Self.version] + key.id
        let nonce = random.bytes(AuthenticatedCipher.nonceBytes)
        return head + nonce + key.cipher.seal(secret.reveal(), nonce: nonce, additional: head + place.bytes)
    }

    /// The secret that was sealed for the place.
    package func open(_ sealed: [UInt8], at place: Place) -> Result<Secret, SecretFault> {
        guard let key else { return .failure(.noKey) }
        let headCount = 1 + SecretKey.idBytes
        let start = headCount + AuthenticatedCipher.nonceBytes
        guard sealed.count >= start + AuthenticatedCipher.tagBytes, sealed[0] == Self.version else {
            return .failure(.damaged)
        }
        let head = Array(sealed[..<headCount])
        guard Array(head[1...]) == key.id else { return .failure(.otherKey) }
        guard
            let plain = key.cipher.open(
                Array(sealed[start...]), nonce: Array(sealed[headCount..<start]), additional: head + place.bytes)
        else { return .failure(.damaged) }
        return .success(Secret(plain))
    }
}

/// Why a stored secret cannot be read.
package enum SecretFault: Error, Sendable, Hashable {
    /// The program was given no key.
    case noKey
    /// It was sealed with another key than the one the program has.
    case otherKey
    /// It is not what was stored, or not where it was stored.
    case damaged

    /// For people: what is wrong and what to do.
    package var sentence: String {
        switch self {
        case .noKey: "its secrets cannot be read without the secret key"
        case .otherKey: "its secrets were sealed with another secret key than this one"
        case .damaged: "its secrets are damaged, or belong to another place; set them again"
        }
    }
}
