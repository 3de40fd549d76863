// A blocking TLS connection for tests, over any socket. Used by one thread.

package import Platform

/// One TLS connection to a server under test.
package final class SecureConnection {
    /// The bytes below.
    package let socket: RawConnection
    /// The TLS between.
    package let client: TLSClient
    private let timeout: Duration

    /// Connects and shakes hands.
    /// - Parameter pieceBytes: how many bytes are sent at a time; nil for all at once.
    package init(
        _ endpoint: SocketEndpoint, _ client: TLSClient, timeout: Duration = .seconds(10),
        receiveBufferBytes: Int32? = nil, pieceBytes: Int? = nil
    ) throws {
        socket = try RawConnection(endpoint, timeout: timeout, receiveBufferBytes: receiveBufferBytes)
        self.client = client
        self.timeout = timeout
        let deadline = MonotonicTime.now() + timeout
        try client.receive()
        try flush(pieceBytes: pieceBytes)
        while !client.isOpen {
            let records = try socket.readSome(deadline)
            guard !records.isEmpty else { throw TestClientError.ended(received: "no handshake") }
            do throws(TLSClient.Failure) {
                try client.receive(records)
            } catch {
                // The client's alert.
                try flush(pieceBytes: pieceBytes)
                throw error
            }
            try flush(pieceBytes: pieceBytes)
        }
    }

    /// Sends what the client has encrypted.
    package func flush(pieceBytes: Int? = nil) throws {
        let records = client.takeRecords()
        guard let pieceBytes else { return try socket.send(records) }
        var start = 0
        while start < records.count {
            let end = min(start + pieceBytes, records.count)
            try socket.send(Array(records[start..<end]))
            start = end
        }
    }

    /// Encrypts and sends.
    package func send(_ bytes: [UInt8], pieceBytes: Int? = nil) throws {
        client.send(bytes)
        try flush(pieceBytes: pieceBytes)
    }

    /// Reads one whole answer.
    package func readResponse(toHead: Bool = false) throws -> TestResponse {
        let deadline = MonotonicTime.now() + timeout
        while true {
            if let (response, length) = try TestResponse.parse(client.received, toHead: toHead) {
                client.received.removeFirst(length)
                return response
            }
            guard try readMore(deadline) else {
                throw TestClientError.ended(received: String(decoding: client.received, as: UTF8.self))
            }
        }
    }

    /// Reads until the server closes its socket; returns what came.
    package func readToEnd() throws -> [UInt8] {
        let deadline = MonotonicTime.now() + timeout
        while try readMore(deadline) {}
        return client.received
    }

    private func readMore(_ deadline: MonotonicTime) throws -> Bool {
        let records = try socket.readSome(deadline)
        guard !records.isEmpty else { return false }
        try client.receive(records)
        // Answers of TLS itself, like new keys.
        try flush()
        return true
    }
}
