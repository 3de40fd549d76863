import Glibc
import Platform
import TestSupport
import Testing

@Suite struct SecretVaultTests {
    private let place = SecretVault.Place(table: "t", row: ["ws_1", "conn_1", "Password"], column: "sealed")

    private func vault(_ byte: UInt8) throws -> SecretVault {
        var bytes = [UInt8](repeating: byte, count: 32)
        bytes[0] = 99
        let key: SecretKey = try #require(SecretKey(bytes: bytes))
        return SecretVault(key: key, random: .system)
    }

    @Test(arguments: ["", "x", "a token", String(repeating: "ß", count: 5_000)])
    func `what was sealed opens at its place`(_ text: String) throws {
        let vault = try vault(1)
        let sealed = try #require(vault.seal(Secret(text), at: place))
        #expect(try vault.open(sealed, at: place).get().revealText() == text)
        // Twice the same secret is two different values.
        #expect(vault.seal(Secret(text), at: place) != sealed)
    }

    @Test func `a value opens nowhere else`() throws {
        let vault = try vault(1)
        let sealed = try #require(vault.seal(Secret("s"), at: place))
        for other in [
            SecretVault.Place(table: "u", row: place.row, column: "sealed"),
            SecretVault.Place(table: "t", row: place.row, column: "value"),
            SecretVault.Place(table: "t", row: ["ws_2", "conn_1", "Password"], column: "sealed"),
            SecretVault.Place(table: "t", row: ["ws_1", "conn_2", "Password"], column: "sealed"),
            SecretVault.Place(table: "t", row: ["ws_1", "conn_1", "Passwort"], column: "sealed"),
            SecretVault.Place(table: "t", row: ["ws_1", "conn_1Password"], column: "sealed"),
            SecretVault.Place(table: "t", row: ["ws_1conn_1", "Password"], column: "sealed"),
            SecretVault.Place(table: "t", row: ["ws_1", "conn_1"], column: "Passwordsealed"),
            SecretVault.Place(table: "t", row: ["ws_1", "conn_1", "Password", ""], column: "sealed"),
        ] {
            guard case .failure(.damaged) = vault.open(sealed, at: other) else {
                Issue.record("it opened at \(other)")
                continue
            }
        }
    }

    @Test func `no changed or shortened value opens`() throws {
        let vault = try vault(1)
        let sealed = try #require(vault.seal(Secret("secret"), at: place))
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            guard case .failure(let fault) = vault.open(changed, at: place) else {
                Issue.record("it opened with byte \(index) changed")
                continue
            }
            // The id of the key tells a wrong key from damage.
            #expect(fault == ((1...8).contains(index) ? .otherKey : .damaged))
        }
        for count in 0..<sealed.count {
            guard case .failure = vault.open(Array(sealed.prefix(count)), at: place) else {
                Issue.record("it opened with \(count) bytes")
                continue
            }
        }
    }

    @Test func `another key, or none, is told as such`() throws {
        let sealed = try #require(try vault(1).seal(Secret("secret"), at: place))
        #expect(throws: SecretFault.otherKey) { try vault(2).open(sealed, at: place).get() }
        let without = SecretVault(key: nil, random: .system)
        #expect(throws: SecretFault.noKey) { try without.open(sealed, at: place).get() }
        #expect(without.seal(Secret("x"), at: place) == nil)
    }

    // MARK: Keys

    private static let digits = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

    @Test(arguments: [
        digits, digits.uppercased(), " \(digits)\n", "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=",
        "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=\r\n",
    ])
    func `a key is 32 bytes as hexadecimal digits or base64`(_ text: String) throws {
        let key = try SecretKey(text: text, place: "key")
        #expect(key.id == SecretKey(bytes: try #require(Hex.decode(Self.digits)))?.id)
    }

    @Test(arguments: [
        "", " ", "password", String(digits.dropLast()), digits + "0", digits + digits, "g" + digits.dropFirst(),
        "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8", "ABEiM0RVZneImaq7zN3u_wARIjNEVWZ3iJmqu8zd7v8=",
        "ABEiM0RVZneImaq7zN3u/w==", String(repeating: "0", count: 64),
    ])
    func `what is no key is refused without being repeated`(_ text: String) throws {
        let error = try #require(throws: SecretKeyError.self) { _ = try SecretKey(text: text, place: "the place") }
        #expect(error.description.hasPrefix("the place: "))
        #expect(text.utf8.count < 8 || !error.description.contains(text))
    }

    @Test(arguments: [
        (mode: UInt32(0o600), isRead: true), (0o400, true), (0o640, true), (0o440, true), (0o644, false),
        (0o604, false), (0o660, false), (0o601, false), (0o777, false),
    ])
    func `a file that others can read or change is no secret`(_ row: (mode: UInt32, isRead: Bool)) throws {
        let folder = try TestFolder()
        let path = folder.file("key")
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
        #expect(write(descriptor, Self.digits + "\n", 65) == 65)
        #expect(fchmod(descriptor, row.mode) == 0)
        close(descriptor)
        if row.isRead {
            _ = try SecretKey(file: path)
        } else {
            let error = try #require(throws: SecretKeyError.self) { _ = try SecretKey(file: path) }
            #expect(error.description.contains(String(row.mode, radix: 8)))
        }
    }

    @Test func `the file comes before the environment, and neither is no key`() throws {
        #expect(try SecretKey.find(file: nil, environment: [:]) == nil)
        #expect(try SecretKey.find(file: nil, environment: [SecretKey.variable: ""]) == nil)
        #expect(try SecretKey.find(file: nil, environment: [SecretKey.variable: Self.digits]) != nil)
        let environment = [SecretKey.variable: Self.digits]
        #expect(throws: SecretKeyError.self) {
            _ = try SecretKey.find(file: "/nowhere/at/all", environment: environment)
        }
        let text = SecretKey.generated(random: .system)
        #expect(text.hasSuffix("\n"))
        _ = try SecretKey(text: text, place: "made")
    }
}
