// How a loop serves its connections: reading, writing, deadlines. On the loop's thread only.

internal import HTTPWire
internal import Platform
internal import TransportSecurity

extension ServerLoop {
    /// Connections that hold no more than this are not worth giving up.
    private static let shedFromBytes = 4_096

    /// How long what found no memory waits before it is tried again.
    private static let shortagePause: Duration = .milliseconds(20)

    /// Acts on what epoll has reported.
    func handle(_ connection: Connection, _ events: UInt32) {
        if events & Poller.broken != 0 {
            // Reset, or closed on both sides. An answer that is being awaited is not needed any more.
            drop(connection)
            return
        }
        if events & Poller.writable != 0 {
            guard flush(connection) else { return }
            advance(connection, fresh: nil)
            guard table.connection(connection.ticket) === connection else { return }
        }
        if events & Poller.readable != 0 { readAvailable(connection) }
    }

    /// Reads once and works on what came.
    func readAvailable(_ connection: Connection) {
        switch SocketCalls.receive(connection.descriptor.rawValue, into: readBuffer) {
        case .wouldBlock, .starved: return
        case .failed: drop(connection)
        case .moved(0):
            if connection.phase == .lingering {
                drop(connection)
                return
            }
            connection.inputEnded = true
            advance(connection, fresh: nil)
        case .moved(let count):
            context.metrics.bytesRead.add(UInt64(count))
            if connection.phase == .lingering {
                connection.lingeredBytes += count
                if connection.lingeredBytes > context.limits.lingerBytes { drop(connection) }
                return
            }
            let fresh = UnsafeRawBufferPointer(rebasing: readBuffer[..<count])
            if let channel = connection.channel {
                receive(connection, channel, fresh)
            } else {
                advance(connection, fresh: fresh)
            }
        }
    }

    /// Works through what has arrived as far as the order of answers, the client's reading and the connection's share
    /// of this turn allow, then writes what came of it.
    /// - Parameter fresh: bytes just read; they live in the loop's buffer, so what is not used up is copied.
    func advance(_ connection: Connection, fresh: UnsafeRawBufferPointer?) {
        precondition(isOnThread, "a connection is touched on its loop only")
        connection.isDeferred = false
        if let fresh, connection.input.isEmpty {
            let consumed = process(connection, fresh.bindMemory(to: UInt8.self).span)
            if consumed < fresh.count { connection.input = Array(fresh[consumed...]) }
        } else {
            // Taken out while it is worked on, so that nothing else holds the array and it is changed in place.
            var input = connection.input
            connection.input = []
            if let fresh { input.append(contentsOf: fresh) }
            let consumed = process(connection, input.span)
            if consumed < input.count {
                input.removeFirst(consumed)
                connection.input = input
            }
        }
        guard flush(connection) else { return }
        if connection.phase == .streaming { continueStream(connection) } else { settle(connection) }
    }

    /// Writes what has been gathered. False when the connection is gone.
    func flush(_ connection: Connection) -> Bool {
        if let channel = connection.channel, !flush(connection, channel) { return false }
        if !outgoing.isEmpty {
            let bytes = outgoing.bytes
            if connection.hasOutput {
                connection.keepOutput(bytes)
            } else {
                let sent = write(connection, bytes)
                guard sent >= 0 else {
                    outgoing.removeAll(keepingAtMost: outgoingKeptBytes)
                    drop(connection)
                    return false
                }
                if sent < bytes.count { connection.keepOutput(UnsafeRawBufferPointer(rebasing: bytes[sent...])) }
                if connection.hasOutput { waitForClient(connection, taken: sent) }
            }
            outgoing.removeAll(keepingAtMost: outgoingKeptBytes)
        } else if connection.hasOutput {
            let output = connection.output
            let sent = output.withUnsafeBytes {
                write(connection, UnsafeRawBufferPointer(rebasing: $0[connection.outputStart...]))
            }
            guard sent >= 0 else {
                drop(connection)
                return false
            }
            connection.outputStart += sent
            // Only progress moves the deadline, so a client that does not read cannot keep its answer waiting.
            if sent > 0 { waitForClient(connection, taken: sent) }
            if connection.outputStart == connection.output.count {
                connection.output = []
                connection.outputStart = 0
            }
        }
        return true
    }

    /// Sets the deadline of a client that lets answers wait: soon after its last progress, and not later than it must
    /// have taken what has gone, at the rate that is asked of it.
    private func waitForClient(_ connection: Connection, taken: Int) {
        let limits = context.limits
        let since = connection.blockedSince ?? now
        connection.blockedSince = since
        connection.blockedTaken += taken
        let earned = Duration.milliseconds(connection.blockedTaken * 1_000 / limits.writeBytesPerSecond)
        connection.deadline = min(now + limits.writeTimeout, since + limits.writeTimeout + earned)
    }

    /// Writes the records of a connection that have not been sent. False when the connection is gone.
    private func flush(_ connection: Connection, _ channel: SecureChannel) -> Bool {
        guard case .moved(let count) = channel.flush(connection.descriptor.rawValue) else {
            outgoing.removeAll(keepingAtMost: outgoingKeptBytes)
            drop(connection)
            return false
        }
        context.metrics.bytesWritten.add(UInt64(count))
        if channel.isStarved { waitForMemory(connection) }
        if count > 0, connection.hasOutput { waitForClient(connection, taken: count) }
        return true
    }

    /// Bytes written, or -1 when the connection is gone.
    private func write(_ connection: Connection, _ bytes: UnsafeRawBufferPointer) -> Int {
        if let channel = connection.channel {
            let (accepted, result) = channel.write(connection.descriptor.rawValue, bytes)
            if channel.isStarved { waitForMemory(connection) }
            guard case .moved(let count) = result else { return -1 }
            context.metrics.bytesWritten.add(UInt64(count))
            return accepted
        }
        switch SocketCalls.send(connection.descriptor.rawValue, bytes) {
        case .moved(let count):
            context.metrics.bytesWritten.add(UInt64(count))
            return count
        case .wouldBlock: return 0
        case .starved:
            waitForMemory(connection)
            return 0
        case .failed: return -1
        }
    }

    /// Puts the connection among those that are tried again after a pause: epoll would report it at once and for ever.
    private func waitForMemory(_ connection: Connection) {
        guard !connection.isStarved else { return }
        connection.isStarved = true
        context.metrics.sendFailures.add()
        starved.append(connection.ticket)
        sendsAgainAt = sendsAgainAt ?? now + Self.shortagePause
    }

    /// Tries again to write what found no memory.
    func resumeSending() {
        sendsAgainAt = nil
        let tickets = starved
        starved = []
        for ticket in tickets {
            guard let connection = table.connection(ticket) else { continue }
            connection.isStarved = false
            guard flush(connection) else { continue }
            advance(connection, fresh: nil)
        }
    }

    /// After every step: closes what is done, and decides what is waited for and how long.
    func settle(_ connection: Connection) {
        let held = connection.heldBytesNow
        heldBytes += held - connection.heldBytes
        connection.heldBytes = held
        if heldBytes > heldBytesMax, shed(connection) { return }
        var interest: UInt32 = 0
        if connection.hasOutput {
            // While the client does not take its answers, nothing more is read from it; the deadline is that of `flush`.
            interest = connection.isStarved ? 0 : Poller.writable
        } else {
            if connection.blockedSince != nil {
                connection.blockedSince = nil
                connection.blockedTaken = 0
            }
            switch connection.phase {
            case .head:
                if connection.isDeferred {
                    deferred.append(connection.ticket)
                    connection.deadline = Connection.never
                    interest = roomForMore(connection)
                } else if connection.inputEnded {
                    endOfInput(connection)
                    return
                } else {
                    interest = Poller.readable
                    connection.deadline = connection.messageDeadline
                }
            case .body:
                if connection.inputEnded {
                    endOfInput(connection)
                    return
                }
                interest = Poller.readable
                connection.deadline = connection.messageDeadline
            case .pending, .streaming:
                // A handler's waits have deadlines of their own.
                connection.deadline = Connection.never
                interest = roomForMore(connection)
            case .closing:
                if connection.inputEnded {
                    drop(connection)
                    return
                }
                if let channel = connection.channel {
                    channel.session.endOutput()
                    guard flush(connection, channel) else { return }
                    if channel.hasUnsent {
                        waitForClient(connection, taken: 0)
                        interest = connection.isStarved ? 0 : Poller.writable
                        break
                    }
                }
                // RFC 9112 §9.6: closing at once could reset the connection before the client has read the answer.
                beginLingering(connection)
                interest = Poller.readable
            case .lingering:
                interest = Poller.readable
            }
        }
        watch(connection, interest)
        arm(connection)
    }

    /// Closes our side; what still comes is read and thrown away until the client closes its own.
    func beginLingering(_ connection: Connection) {
        SocketCalls.endOutput(connection.descriptor.rawValue)
        connection.phase = .lingering
        connection.input = []
        connection.deadline = now + context.limits.lingerTimeout
    }

    /// Whether bytes are still taken from a client whose earlier request is not answered yet.
    private func roomForMore(_ connection: Connection) -> UInt32 {
        !connection.inputEnded && connection.input.count < context.limits.pipelinedBytes ? Poller.readable : 0
    }

    /// Gives up a connection that holds much while all together hold too much; false when this one may stay.
    private func shed(_ connection: Connection) -> Bool {
        guard connection.heldBytes > Self.shedFromBytes else { return false }
        if connection.hasOutput {
            context.metrics.shed.add()
            SocketCalls.resetOnClose(connection.descriptor.rawValue)
            drop(connection)
            return true
        }
        guard connection.phase == .body else { return false }
        context.metrics.shed.add()
        fail(connection, .unavailable)
        if flush(connection) { settle(connection) }
        return true
    }

    /// The client has closed its side and nothing more can become of what it sent.
    private func endOfInput(_ connection: Connection) {
        guard connection.parser.hasBegun || connection.phase == .body else {
            drop(connection)
            return
        }
        failUnfinished(connection, .badRequest(.incomplete))
        guard flush(connection) else { return }
        settle(connection)
    }

    /// Answers a request that will never be complete with a fault.
    private func failUnfinished(_ connection: Connection, _ fault: HTTPFault) {
        let input = connection.input
        connection.input = []
        fail(connection, fault, unread: input.span)
    }

    /// Makes sure that the wheel brings the connection up by its deadline.
    private func arm(_ connection: Connection) {
        guard connection.deadline < Connection.never else { return }
        if let armed = connection.armedTick, armed <= DeadlineWheel.tick(of: connection.deadline) { return }
        connection.armedTick = wheel.insert(connection.ticket, at: connection.deadline)
    }

    /// Acts on every connection whose time is up.
    func expire() {
        for entry in wheel.takeDue(now) {
            guard let connection = table.connection(entry.ticket), connection.armedTick == entry.tick else { continue }
            connection.armedTick = nil
            if connection.deadline > now {
                arm(connection)
            } else {
                timeOut(connection)
            }
        }
    }

    private func timeOut(_ connection: Connection) {
        let metrics = context.metrics
        if connection.hasOutput {
            metrics.writeTimeouts.add()
            SocketCalls.resetOnClose(connection.descriptor.rawValue)
            drop(connection)
            return
        }
        if let channel = connection.channel, !channel.isCounted {
            channel.isCounted = true
            metrics.countHandshake(failed: .timeout)
            drop(connection)
            return
        }
        switch connection.phase {
        case .head where !connection.parser.hasBegun:
            metrics.idleTimeouts.add()
            drop(connection)
            return
        case .head:
            metrics.headTimeouts.add()
            failUnfinished(connection, .requestTimeout)
        case .body:
            metrics.bodyTimeouts.add()
            failUnfinished(connection, .requestTimeout)
        case .pending, .streaming: return
        case .closing, .lingering:
            drop(connection)
            return
        }
        guard flush(connection) else { return }
        settle(connection)
    }
}
