// How a loop turns bytes into requests and replies into bytes. On the loop's thread only.

internal import HTTPWire
internal import Platform

extension ServerLoop {
    /// Takes requests out of `bytes`, in order, and answers them; returns how many bytes are used up.
    func process(_ connection: Connection, _ bytes: Span<UInt8>) -> Int {
        var offset = 0
        var answered = 0
        while true {
            switch connection.phase {
            case .head:
                guard offset < bytes.count else { return offset }
                if answered >= context.limits.requestsPerTurn || outgoing.count >= context.limits.outputBytes
                    || connection.hasOutput
                {
                    // Also when answers wait for the client: they may leave before this turn is over, and then no
                    // event would bring the connection up again.
                    connection.isDeferred = true
                    return offset
                }
                switch connection.parser.parse(bytes.extracting(offset...)) {
                case .needMore:
                    noteBeginning(connection)
                    return offset
                case .fault(let fault):
                    context.metrics.malformed.add()
                    fail(connection, fault, unread: bytes.extracting(offset...))
                    return bytes.count
                case .head(let head, let consumed):
                    offset += consumed
                    answered += 1
                    begin(connection, head, bodyIsHere: offset < bytes.count)
                }
            case .body:
                let consumed = readBody(connection, bytes.extracting(offset...))
                offset += consumed
                if connection.phase == .body {
                    noteProgress(connection, consumed)
                    return offset
                }
            case .pending, .streaming: return offset
            case .closing, .lingering: return bytes.count
            }
        }
    }

    /// The time for a head runs from its first byte; on a new connection it has run since its acceptance.
    private func noteBeginning(_ connection: Connection) {
        guard connection.parser.hasBegun, connection.served > 0, !connection.headHasDeadline else { return }
        connection.headHasDeadline = true
        connection.messageDeadline = now + context.limits.headerTimeout
    }

    /// What has come of a body earns time for the rest.
    private func noteProgress(_ connection: Connection, _ count: Int) {
        connection.bodyTaken += count
        let earned = Duration.milliseconds(connection.bodyTaken * 1_000 / context.limits.bodyBytesPerSecond)
        connection.messageDeadline = connection.bodyBegan + context.limits.bodyTimeout + earned
    }

    // MARK: From head to body

    private func begin(_ connection: Connection, _ head: RequestHead, bodyIsHere: Bool) {
        connection.headHasDeadline = false
        let verdict = verdict(connection, head)
        let route: Int
        if case .route(let index, _) = verdict { route = index } else { route = context.router.routes.count }
        let exchange = Exchange(
            head: head, id: requestIDs.id(for: head),
            client: context.addresses.address(of: head, peer: connection.peer),
            // Only the log wants the trace of every request.
            trace: accessLog == nil ? .none : requestIDs.trace(for: head), received: now, verdict: verdict,
            route: route)
        if case .none = head.framing {
            dispatch(connection, exchange)
            return
        }
        connection.exchange = exchange
        var limit = context.limits.bodyBytes
        // What is answered instead of reading the body, once it is clear that there is one.
        var refusal: HTTPFault?
        var oversize = HTTPFault.payloadTooLarge(limit: limit)
        switch exchange.verdict {
        case .route(let index, _):
            connection.wantsBody = true
            limit = context.router.routes[index].bodyBytes ?? limit
            oversize = .payloadTooLarge(limit: limit)
        case .capabilities: connection.wantsBody = false
        case .fault(let fault):
            connection.wantsBody = false
            oversize = fault
            if head.expectation != .none { refusal = fault }
        }
        switch head.framing {
        case .none: break
        case .length(let length):
            if refusal == nil, length > UInt64(limit) { refusal = oversize }
            connection.reader = .length(remaining: Int(clamping: length))
        case .chunked:
            connection.reader = .chunked(ChunkedBodyDecoder(bodyBytesMax: limit))
        }
        if let refusal {
            // The body is not wanted: the answer leaves before it comes, and the connection ends with it.
            fail(connection, refusal)
            return
        }
        // RFC 9110 §10.1.1: not needed when some of the body is here already.
        if head.expectation == .continuation, !bodyIsHere { outgoing.append(ResponseSerializer.continuation) }
        connection.phase = .body
        connection.bodyBegan = now
        connection.bodyTaken = 0
        connection.messageDeadline = now + context.limits.bodyTimeout
    }

    private func verdict(_ connection: Connection, _ head: RequestHead) -> Exchange.Verdict {
        if head.expectation == .unknown { return .fault(.unsupportedExpectation) }
        // RFC 9110 §7.4: a proxy may have taken the encryption off, nobody else.
        if head.namesHTTPS, connection.channel == nil, !context.addresses.isTrusted(connection.peer) {
            return .fault(.misdirected)
        }
        switch head.form {
        case .asterisk: return .capabilities
        case .authority: return .fault(.unknownMethod)
        case .origin, .absolute:
            switch context.router.match(head) {
            case .route(let index, let parameters): return .route(index: index, parameters: parameters)
            case .fault(let fault): return .fault(fault)
            }
        }
    }

    /// Reads on in the body; when it is complete, the request is answered.
    private func readBody(_ connection: Connection, _ bytes: Span<UInt8>) -> Int {
        guard let reader = connection.reader else {
            fail(connection, .internalError)
            return bytes.count
        }
        switch reader {
        case .length(let remaining):
            let count = min(remaining, bytes.count)
            if connection.wantsBody {
                var body: [UInt8] = []
                swap(&body, &connection.body)
                bytes.extracting(0..<count).withUnsafeBufferPointer { body.append(contentsOf: $0) }
                swap(&body, &connection.body)
            }
            if count == remaining {
                finishBody(connection)
            } else {
                connection.reader = .length(remaining: remaining - count)
            }
            return count
        case .chunked(var decoder):
            var body: [UInt8] = []
            swap(&body, &connection.body)
            let outcome = decoder.decode(bytes, into: &body)
            if !connection.wantsBody { body.removeAll(keepingCapacity: true) }
            swap(&body, &connection.body)
            switch outcome {
            case .needMore:
                connection.reader = .chunked(decoder)
                return bytes.count
            case .complete(let consumed):
                finishBody(connection)
                return consumed
            case .fault(let fault):
                fail(connection, faultOfBody(connection, fault))
                return bytes.count
            }
        }
    }

    /// What is answered when a body cannot be read to its end: of a request that is refused anyway a body without end is
    /// not the reason.
    private func faultOfBody(_ connection: Connection, _ fault: HTTPFault) -> HTTPFault {
        if case .payloadTooLarge = fault, case .fault(let first)? = connection.exchange?.verdict { return first }
        return fault
    }

    // MARK: From request to reply

    private func finishBody(_ connection: Connection) {
        connection.reader = nil
        if !connection.wantsBody { connection.body = [] }
        guard let exchange = connection.exchange.take() else { return }
        dispatch(connection, exchange)
    }

    /// The request is complete: answers it, or starts the task that will. The exchange is handed on from function to
    /// function, and kept in the connection only while it has to wait.
    private func dispatch(_ connection: Connection, _ exchange: Exchange) {
        switch exchange.verdict {
        case .fault(let fault):
            respond(connection, exchange, faultResponse(fault, exchange))
        case .capabilities:
            var response = HTTPResponse(status: .noContent)
            response.add("Allow", context.router.allowEverywhere)
            respond(connection, exchange, response)
        case .route(let index, let parameters):
            let request = HTTPRequest(
                head: exchange.head, id: exchange.id, peer: connection.peer, clientAddress: exchange.client,
                received: exchange.received, body: connection.body, parameters: parameters,
                isEncrypted: connection.channel != nil)
            if !request.body.isEmpty {
                connection.handedBytes = request.body.count
                connection.body = []
            }
            switch context.router.routes[index].handler(request) {
            case .ready(let response): respond(connection, exchange, response)
            case .promised(let begin):
                let ticket = wait(connection, exchange)
                begin { [inbox] make in inbox.append(.answer(ticket, make)) }
            case .pending(let work):
                let ticket = wait(connection, exchange)
                let trace = traceContext(of: exchange)
                Task(executorPreference: self) {
                    let response = await TraceContext.$current.withValue(trace, operation: work)
                    // A task prefers its loop and nearly always ends there, but nothing in the language promises it.
                    if self.isOnThread {
                        self.complete(ticket, response)
                    } else {
                        self.inbox.append(.answer(ticket) { response })
                    }
                }
            }
        }
    }

    /// The connection waits for its answer, which is to come with the ticket given back.
    private func wait(_ connection: Connection, _ exchange: Exchange) -> UInt64 {
        connection.exchange = exchange
        connection.phase = .pending
        tasksAtWork += 1
        context.metrics.pending.add(1)
        return connection.ticket
    }

    /// What requests that are sent on behalf of this one tell of its trace.
    func traceContext(of exchange: Exchange) -> TraceContext {
        let trace = exchange.trace == .none ? requestIDs.trace(for: exchange.head) : exchange.trace
        return trace.context(for: exchange.head)
    }

    /// The answer that a handler's task or promise has led to, on the loop again.
    func complete(_ ticket: UInt64, _ response: HTTPResponse) {
        precondition(isOnThread, "a task of a handler ends on its loop")
        tasksAtWork -= 1
        context.metrics.pending.add(-1)
        guard let connection = table.connection(ticket), connection.phase == .pending,
            let exchange = connection.exchange.take()
        else {
            context.metrics.abandoned.add()
            return
        }
        respond(connection, exchange, response)
        advance(connection, fresh: nil)
    }

    /// Puts the answer into the output and makes the connection ready for the next request, or for its end.
    private func respond(_ connection: Connection, _ exchange: Exchange, _ response: HTTPResponse) {
        if connection.handedBytes > 0 { connection.handedBytes = 0 }
        connection.served += 1
        let keeps =
            exchange.head.keepsAlive && drainDeadline == nil
            && connection.served < context.limits.requestsPerConnection
        let persistence: ResponseFrame.Persistence =
            keeps ? (exchange.head.minorVersion == 0 ? .keepAlive : .implied) : .close
        let start = outgoing.count
        if let body = response.stream {
            stream(connection, exchange, response, body, keeps: keeps)
            return
        }
        let response = response.variants.isSingle ? response : inItsForm(response, exchange)
        ResponseSerializer.append(
            response,
            frame: ResponseFrame(
                persistence: persistence, content: exchange.head.method == .head ? .omitted : .whole),
            dateLine: dateLine, requestID: exchange.id, to: outgoing)
        finish(connection, exchange, status: response.status.code, bytes: outgoing.count - start, keeps: keeps)
    }

    /// Begins an answer whose content is made while it is sent, or answers with its head alone where nothing else is
    /// wanted.
    private func stream(
        _ connection: Connection, _ exchange: Exchange, _ response: HTTPResponse, _ body: BodyStream, keeps: Bool
    ) {
        let isOld = exchange.head.minorVersion == 0
        let isBare = exchange.head.method == .head || response.status.forbidsContent
        let keeps = keeps && (isBare || !isOld)
        // RFC 9112 §6.1: a chunked answer is not sent to HTTP/1.0, which ends content with the connection.
        let frame = ResponseFrame(
            persistence: keeps ? (isOld ? .keepAlive : .implied) : .close,
            content: isBare || isOld ? .unframed : .chunked)
        let start = outgoing.count
        ResponseSerializer.append(response, frame: frame, dateLine: dateLine, requestID: exchange.id, to: outgoing)
        let (status, bytes) = (response.status.code, outgoing.count - start)
        if isBare {
            finish(connection, exchange, status: status, bytes: bytes, keeps: keeps)
        } else {
            beginStream(connection, exchange, body, frame: frame, status: status, bytes: bytes)
        }
    }

    /// An answer is in the output as a whole.
    private func finish(_ connection: Connection, _ exchange: Exchange, status: UInt16, bytes: Int, keeps: Bool) {
        connection.phase = keeps ? .head : .closing
        connection.messageDeadline = MonotonicTime(nanoseconds: now.nanoseconds &+ idleNanoseconds)
        record(
            exchange.route, status: status, bytes: bytes, received: exchange.received,
            id: exchange.id, trace: exchange.trace, head: exchange.head, method: exchange.head.method,
            peer: connection.peer, client: exchange.client)
    }

    /// The answer in the form the client takes, or what its preconditions make of it (RFC 9110 §13.2.2).
    private func inItsForm(_ response: HTTPResponse, _ exchange: Exchange) -> HTTPResponse {
        response.failsPrecondition(of: exchange.head)
            ? faultResponse(.preconditionFailed, exchange) : response.negotiated(for: exchange.head)
    }

    // MARK: Faults

    private func faultResponse(_ fault: HTTPFault, _ exchange: Exchange) -> HTTPResponse {
        context.faultResponse(
            fault,
            HTTPFaultContext(
                requestID: exchange.id, method: exchange.head.method, path: exchange.head.path,
                rawQuery: exchange.head.rawQuery, clientAddress: exchange.client))
    }

    /// Answers with a fault after which the connection cannot go on, and ends it.
    /// - Parameter unread: what of a head has arrived, when it was the head that was at fault.
    func fail(_ connection: Connection, _ fault: HTTPFault, unread: Span<UInt8> = Span()) {
        let id: String
        let response: HTTPResponse
        let head = connection.exchange?.head
        let client = connection.exchange?.client ?? connection.peer
        let trace = connection.exchange?.trace ?? .none
        let received = connection.exchange?.received ?? now
        var method = head?.method
        var route = context.router.routes.count
        if let exchange = connection.exchange {
            id = exchange.id
            response = faultResponse(fault, exchange)
            route = exchange.route
        } else {
            id = requestIDs.next()
            let line = connection.parser.requestLine(in: unread)
            method = line?.method ?? connection.parser.methodRead
            response = context.faultResponse(
                fault,
                HTTPFaultContext(
                    requestID: id, method: line?.method, path: line?.path, rawQuery: line?.query,
                    clientAddress: client))
        }
        connection.exchange = nil
        connection.reader = nil
        connection.body = []
        connection.served += 1
        let start = outgoing.count
        ResponseSerializer.append(
            response,
            frame: ResponseFrame(persistence: .close, content: method == .head ? .omitted : .whole),
            dateLine: dateLine, requestID: id, to: outgoing)
        connection.phase = .closing
        record(
            route, status: response.status.code, bytes: outgoing.count - start, received: received, id: id,
            trace: trace,
            head: head, method: method, peer: connection.peer, client: client)
    }

    /// Tells a client that there are too many connections, whatever it wanted.
    func refuse(_ connection: Connection) {
        fail(connection, .unavailable)
        guard flush(connection) else { return }
        settle(connection)
    }

    // MARK: Counting

    func record(
        _ route: Int, status: UInt16, bytes: Int, isComplete: Bool = true, received: MonotonicTime, id: String,
        trace: TraceParent,
        head: RequestHead?, method: HTTPMethod?, peer: NetworkAddress, client: NetworkAddress
    ) {
        let end = context.clock.monotonic()
        workedUntil = end
        // Plain integers: `Duration` reckons in 128 bits, which would cost more here than the clock itself.
        let microseconds = end > received ? (end.nanoseconds - received.nanoseconds) / 1_000 : 0
        let numbers = context.metrics.routes[route]
        numbers.record(status: status, microseconds: microseconds)
        guard accessLog != nil else { return }
        accessLog?.write(
            AccessLog.Entry(
                wall: wall, requestID: id, trace: trace, method: method, route: numbers.name,
                target: head?.targetBytes ?? [],
                numberSegment: route < context.router.routes.count ? context.router.routes[route].numberSegment : nil,
                status: status, bytes: bytes, isComplete: isComplete, microseconds: microseconds, peer: peer,
                client: client))
    }
}
