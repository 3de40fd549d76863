// How a loop serves connections that speak TLS. On the loop's thread only.

internal import HTTPWire
internal import Platform
internal import TransportSecurity

extension ServerLoop {
    /// Takes records that have come and works on what is in them.
    func receive(_ connection: Connection, _ channel: SecureChannel, _ records: UnsafeRawBufferPointer) {
        let wasOpen = channel.session.isOpen
        let outcome = channel.session.receive(records)
        let count: Int
        switch outcome {
        case .bytes(let number): count = number
        case .ended(let number):
            count = number
            connection.inputEnded = true
        case .cleartext:
            // RFC 9110 §15.5: it is answered as it was asked, without TLS.
            context.metrics.countHandshake(failed: .cleartext)
            connection.channel = nil
            context.metrics.malformed.add()
            fail(connection, .badRequest(.cleartext))
            if flush(connection) { settle(connection) }
            return
        case .failed(let failure):
            if !wasOpen {
                channel.isCounted = true
                context.metrics.countHandshake(failed: .session(failure))
            }
            end(connection, channel)
            return
        }
        // What the session itself has to say: its part of the handshake, tickets, new keys.
        guard flush(connection) else { return }
        if !wasOpen, let agreement = channel.session.agreement {
            channel.isCounted = true
            context.metrics.count(agreement)
            if connection.isRefused {
                refuse(connection)
                return
            }
            // The handshake had its time; the head gets its own.
            connection.messageDeadline = now + context.limits.headerTimeout
        }
        if count > 0 {
            let plaintext = UnsafeRawBufferPointer(channel.plaintext)
            advance(connection, fresh: UnsafeRawBufferPointer(rebasing: plaintext[..<count]))
        } else if connection.inputEnded {
            advance(connection, fresh: nil)
        } else {
            settle(connection)
        }
    }

    /// Ends a connection whose client broke the rules of TLS: the alert that says so is sent, and what still comes is
    /// thrown away, because closing at once could reset the connection before the client has read it.
    private func end(_ connection: Connection, _ channel: SecureChannel) {
        guard case .moved = channel.flush(connection.descriptor.rawValue), !channel.hasUnsent else {
            drop(connection)
            return
        }
        connection.exchange = nil
        connection.body = []
        connection.output = []
        connection.outputStart = 0
        beginLingering(connection)
        settle(connection)
    }
}
