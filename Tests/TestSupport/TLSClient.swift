// A TLS client without a socket, so that a test decides how records are cut and what becomes of them. Used by one thread.

internal import CStubTLS

/// What a client may keep of a connection to go on from later.
package final class TLSClientSession {
    fileprivate let raw: UnsafeMutableRawPointer
    fileprivate init(_ raw: UnsafeMutableRawPointer) { self.raw = raw }
    deinit { stub_session_free(raw) }
}

/// The client's side of one TLS connection.
package final class TLSClient {
    /// The client cannot go on: the server's alert, nil for none.
    package struct Failure: Error {
        package let alert: Int?
    }

    private let raw: OpaquePointer
    /// Whether the handshake is over.
    package private(set) var isOpen = false
    /// Whether the server has said that it will send no more (close_notify).
    package private(set) var hasEnded = false
    /// What the server has sent.
    package var received: [UInt8] = []

    /// - Parameters:
    ///   - authority: whose certificates are trusted.
    ///   - name: the name asked for and checked; nil for none.
    ///   - protocols: offered by ALPN; none when empty.
    ///   - version: 12 or 13 for that one only (11 to be refused), 0 for both.
    ///   - ciphers: for TLS 1.2, in OpenSSL's words; nil for its own.
    package init(
        authority: StubCertificate, name: String?, protocols: [String] = ["http/1.1"], version: Int32 = 0,
        ciphers: String? = nil, groups: String? = nil, session: TLSClientSession? = nil
    ) throws {
        let list = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        guard
            let raw = stub_client(authority.certificate, name, list, UInt32(list.count), version, session?.raw)
        else { throw StubCertificate.Failure() }
        self.raw = raw
        guard stub_use_ciphers(raw, ciphers, groups) == 1 else { throw StubCertificate.Failure() }
    }

    deinit { stub_free(raw) }

    /// Takes records of the server, cut anywhere, and goes on as far as they allow; none to begin.
    /// - Throws: when the client cannot go on.
    package func receive(_ records: [UInt8] = []) throws(Failure) {
        if !records.isEmpty { stub_put_records(raw, records, Int32(records.count)) }
        if !isOpen {
            switch stub_handshake(raw) {
            case 1: isOpen = true
            case 0: return
            default: throw Failure(alert: alert)
            }
        }
        var chunk = [UInt8](repeating: 0, count: 20_000)
        while true {
            let count = stub_read_records(raw, &chunk, Int32(chunk.count))
            switch count {
            case 1...: received.append(contentsOf: chunk[..<Int(count)])
            case 0: return
            case -1:
                hasEnded = true
                return
            default: throw Failure(alert: alert)
            }
        }
    }

    /// The records to send to the server.
    package func takeRecords() -> [UInt8] {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = stub_take_records(raw, &chunk, Int32(chunk.count))
            guard count > 0 else { return all }
            all.append(contentsOf: chunk[..<Int(count)])
        }
    }

    /// Encrypts bytes.
    package func send(_ bytes: [UInt8]) { _ = stub_write(raw, bytes, Int32(bytes.count)) }
    /// Says that nothing will follow (close_notify).
    package func end() { stub_end(raw) }
    /// Asks for new keys (TLS 1.3).
    package func updateKeys() -> Bool { stub_update_keys(raw) == 1 }
    /// Asks for a new handshake (TLS 1.2).
    package func renegotiate() -> Bool { stub_renegotiate(raw) == 1 }

    /// 12 or 13.
    package var version: Int32 { stub_version(raw) }
    package var isResumed: Bool { stub_is_resumed(raw) == 1 }
    package var isCompressed: Bool { stub_compresses(raw) == 1 }
    /// In OpenSSL's words.
    package var cipher: String { stub_cipher(raw).map { String(cString: $0) } ?? "" }
    /// What ALPN agreed on; empty for nothing.
    package var chosenProtocol: String {
        var name = [CChar](repeating: 0, count: 64)
        let count = stub_protocol(raw, &name, 64)
        return String(decoding: name[..<Int(count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    /// The common name of the server's certificate, and how many certificates came.
    package var peer: (name: String, count: Int) {
        var name = [CChar](repeating: 0, count: 256)
        let count = stub_peer(raw, &name, 256)
        return (String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self), Int(count))
    }
    /// The number of the server's fatal alert.
    package var alert: Int? {
        let number = stub_alert(raw)
        return number < 0 ? nil : Int(number)
    }
    /// What a later connection can go on from; with TLS 1.3 only after the server's first bytes have come.
    package var session: TLSClientSession? { stub_session(raw).map { TLSClientSession($0) } }
}
