// A client and a server's session joined in memory, and the certificates they use.

import Glibc
import Platform
import TestSupport
import Testing
import TransportSecurity

/// Time that stands still until a test moves it.
final class Hands: Sendable {
    private let passed = Monitor(Duration.zero)
    private let start = MonotonicTime.now()

    func advance(_ duration: Duration) { passed.withLock { $0 += duration } }

    var clock: Clock {
        Clock(wall: UnixTime.now, monotonic: { [self] in start + passed.withLock { $0 } })
    }
}

/// An authority, a folder of files, and the store made of them.
struct Authority {
    let authority: StubCertificate
    let folder: TestFolder
    let hands = Hands()

    init() throws {
        authority = try StubCertificate.authority()
        folder = try TestFolder()
    }

    /// Writes a certificate for these names under a file name.
    func files(_ name: String, names: String?, ends: Int = 3_600, isRSA: Bool = false) throws -> CertificateFiles {
        let made = try StubCertificate(names: names, subject: name, ends: ends, issuer: authority, isRSA: isRSA)
        return CertificateFiles(
            certificate: try folder.write(name + ".pem", made.certificate + authority.certificate),
            key: try key(name + ".key", made.key))
    }

    /// Writes a file that only its owner can read.
    func key(_ name: String, _ text: String, mode: mode_t = 0o600) throws -> String {
        let path = try folder.write(name, text)
        #expect(chmod(path, mode) == 0)
        return path
    }

    func store(_ files: [CertificateFiles]) throws -> CertificateStore {
        try CertificateStore(files, clock: hands.clock, random: .system)
    }

    func store() throws -> CertificateStore { try store([files("server", names: "DNS:a.test,IP:127.0.0.1")]) }
}

/// One connection. Records go back and forth in pieces of a size of choice.
final class SessionPair {
    static let receiveBytes = 65_536
    let client: TLSClient
    let port = TLSPort(receiveBytes: SessionPair.receiveBytes)
    let session: TLSSession
    /// What the server has read.
    var received: [UInt8] = []
    var last = TLSSession.Outcome.bytes(0)

    init(_ store: CertificateStore, _ client: TLSClient) throws {
        self.client = client
        session = try TLSSession(store.present, port: port)
    }

    /// Gives the server these records, in pieces.
    func give(_ records: [UInt8], pieceBytes: Int = receiveBytes) {
        var start = 0
        while start < records.count {
            let end = min(start + pieceBytes, records.count)
            last = records[start..<end].withUnsafeBytes { session.receive($0) }
            switch last {
            case .bytes(let count), .ended(let count):
                received.append(
                    contentsOf: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(port.plaintext)[..<count]))
            case .cleartext, .failed: return
            }
            start = end
        }
    }

    /// Moves records both ways until nobody has any.
    func exchange(pieceBytes: Int = receiveBytes) throws(TLSClient.Failure) {
        var failure: TLSClient.Failure?
        do throws(TLSClient.Failure) { try client.receive() } catch { failure = error }
        while true {
            let records = client.takeRecords()
            give(records, pieceBytes: pieceBytes)
            let answer = port.output
            port.output = []
            if failure == nil, !answer.isEmpty {
                do throws(TLSClient.Failure) { try client.receive(answer) } catch { failure = error }
            } else if records.isEmpty {
                break
            }
        }
        if let failure { throw failure }
    }

    func send(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { session.send($0) } }
}
