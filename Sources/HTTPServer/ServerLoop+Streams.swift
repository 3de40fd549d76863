// How a loop sends content that is made meanwhile. On the loop's thread only, but for what a task calls when it ends.
//
// A producer fills its writer up to a bound and waits; the loop empties it when the client has taken everything that came
// out of it before. So a client that does not read stops its producer, and costs two such bounds.

internal import HTTPWire
internal import Platform

/// An answer whose content is being made.
final class OutgoingStream {
    let writer: BodyWriter
    let exchange: Exchange
    let status: UInt16
    /// Whether pieces are sent as chunks; else the content ends with the connection.
    let isChunked: Bool
    /// Whether the connection can stay behind the answer.
    let keeps: Bool
    /// What has been put into the output, the head included.
    var bytes: Int
    var task: Task<Void, Never>?

    init(writer: BodyWriter, exchange: Exchange, status: UInt16, isChunked: Bool, keeps: Bool, bytes: Int) {
        self.writer = writer
        self.exchange = exchange
        self.status = status
        self.isChunked = isChunked
        self.keeps = keeps
        self.bytes = bytes
    }
}

extension ServerLoop {
    /// Starts the task that makes the content of an answer whose head has been put into the output.
    func beginStream(
        _ connection: Connection, _ exchange: Exchange, _ body: BodyStream, frame: ResponseFrame, status: UInt16,
        bytes: Int
    ) {
        let ticket = connection.ticket
        let writer = BodyWriter { [self] in
            if isOnThread { readyStreams.append(ticket) } else { inbox.append(.stream(ticket)) }
        }
        let stream = OutgoingStream(
            writer: writer, exchange: exchange, status: status, isChunked: frame.content == .chunked,
            keeps: frame.persistence != .close, bytes: bytes)
        connection.stream = stream
        connection.phase = .streaming
        tasksAtWork += 1
        context.metrics.streams.add(1)
        let trace = traceContext(of: exchange)
        stream.task = Task(executorPreference: self) {
            do {
                try await TraceContext.$current.withValue(trace) { try await body.produce(writer) }
                writer.finish(.whole)
            } catch {
                writer.finish(.failed)
            }
            if self.isOnThread { self.streamTaskEnded() } else { self.inbox.append(.streamTaskEnded) }
        }
    }

    func streamTaskEnded() { tasksAtWork -= 1 }

    /// Sends on where producers have left something.
    func continueReadyStreams() {
        guard !readyStreams.isEmpty else { return }
        let tickets = readyStreams
        readyStreams.removeAll(keepingCapacity: true)
        for ticket in tickets {
            guard let connection = table.connection(ticket), connection.phase == .streaming else { continue }
            continueStream(connection)
        }
    }

    /// Takes what the producer has left, once the client has taken what went before, and sends it.
    func continueStream(_ connection: Connection) {
        guard let stream = connection.stream, !connection.hasOutput else {
            settle(connection)
            return
        }
        let (bytes, end) = stream.writer.take()
        let start = outgoing.count
        if stream.isChunked {
            ResponseSerializer.append(chunk: bytes, to: outgoing)
            if end == .whole { outgoing.append(ResponseSerializer.lastChunk) }
        } else {
            outgoing.append(bytes)
        }
        stream.bytes += outgoing.count - start
        guard let end else {
            if flush(connection) { settle(connection) }
            return
        }
        finishStream(connection, stream, end)
    }

    private func finishStream(_ connection: Connection, _ stream: OutgoingStream, _ end: BodyWriter.End) {
        forgetStream(connection, stream, isComplete: end == .whole)
        switch end {
        case .whole:
            connection.phase = stream.keeps && drainDeadline == nil ? .head : .closing
            connection.messageDeadline = MonotonicTime(nanoseconds: now.nanoseconds &+ idleNanoseconds)
        case .failed:
            context.metrics.streamsFailed.add()
            guard stream.isChunked else {
                // The end of the connection would be taken for the end of the content; a reset is not.
                outgoing.removeAll(keepingAtMost: outgoingKeptBytes)
                connection.isCutOff = true
                SocketCalls.resetOnClose(connection.descriptor.rawValue)
                drop(connection)
                return
            }
            // RFC 9112 §8: without its last chunk the answer is incomplete, which is what the client has to learn.
            connection.phase = .closing
        }
        advance(connection, fresh: nil)
    }

    /// A connection ends before its answer: the producer is told.
    func abandonStream(_ connection: Connection) {
        guard let stream = connection.stream else { return }
        connection.isCutOff = true
        context.metrics.streamsAbandoned.add()
        forgetStream(connection, stream, isComplete: false)
        stream.writer.abandon()
        stream.task?.cancel()
    }

    private func forgetStream(_ connection: Connection, _ stream: OutgoingStream, isComplete: Bool) {
        connection.stream = nil
        context.metrics.streams.add(-1)
        let exchange = stream.exchange
        record(
            exchange.route, status: stream.status, bytes: stream.bytes, isComplete: isComplete,
            received: exchange.received, id: exchange.id, trace: exchange.trace, head: exchange.head,
            method: exchange.head.method, peer: connection.peer, client: exchange.client)
    }
}
