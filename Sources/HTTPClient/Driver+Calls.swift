// What becomes of a request: its place at the host, its hops, its tries, its end. On the client's thread.

internal import CCurl
internal import HTTPWire
internal import Platform

extension Driver {
    func start(_ submission: Submission) {
        let now = clock.monotonic()
        let call = Call(submission, startedAt: now)
        metrics.requests.add(1)
        if submission.isCancelled.isSet {
            return finish(call, .failure(ClientError(.cancelled, "The request was cancelled before it began.")))
        }
        guard now < submission.deadline else {
            return finish(call, .failure(ClientError(.timedOut, "The time was up before the request began.")))
        }
        guard calls.count < settings.requestsMax else {
            return finish(
                call, .failure(ClientError(.overloaded, "\(settings.requestsMax) requests are under way already.")))
        }
        calls[submission.id] = call
        deadlines.insert(submission.deadline, submission.id)
        enter(call)
    }

    /// Gives the call a place at the host of its hop, or puts it in line.
    func enter(_ call: Call) {
        let origin = call.target.origin
        let places: HostPlaces
        if let known = hosts[origin] {
            places = known
        } else {
            places = HostPlaces()
            hosts[origin] = places
        }
        if places.activeCount < max(1, settings.requestsPerHostMax) {
            places.activeCount += 1
            if let error = run(call) {
                places.activeCount -= 1
                fill(origin)
                finish(call, .failure(error))
            }
        } else if places.waitingCount < settings.waitingPerHostMax {
            call.stage = .waiting
            places.append(call)
            metrics.waiting.add(1)
        } else {
            finish(
                call,
                .failure(
                    error(call, .overloaded, "\(places.waitingCount) requests wait for \(call.target.place) already.")))
        }
    }

    /// Gives the free places of a host to those in line.
    private func fill(_ origin: String) {
        guard let places = hosts[origin] else { return }
        while places.activeCount < max(1, settings.requestsPerHostMax), let next = places.next() {
            metrics.waiting.add(-1)
            places.activeCount += 1
            guard let error = run(next) else { continue }
            places.activeCount -= 1
            finish(next, .failure(error))
        }
        if places.activeCount == 0, places.waitingCount == 0 { hosts[origin] = nil }
    }

    /// Begins the transfer of a call that has a place. Returns why it could not.
    private func run(_ call: Call) -> ClientError? {
        let addresses = settings.resolve?(call.target.host)
        if let addresses, addresses.isEmpty {
            return error(call, .cannotResolve, "The name of \(call.target.place) has no address.")
        }
        let request = call.request
        let sendsMax =
            switch request.retries {
            case .never: 1
            case .staleConnection, .attempts: 2
            }
        let plan = HopPlan(
            request: request, target: call.target, carriesCredentials: call.carriesCredentials, sendsMax: sendsMax,
            limits: BodyLimits(
                bytesMax: max(0, min(settings.responseBytesMax, request.responseBytesMax ?? .max)),
                expansionMax: settings.expansionMax, expansionFreeBytes: settings.expansionFreeBytes),
            headBytesMax: settings.headBytesMax)
        guard let easy = takeHandle() else { return error(call, .overloaded, "There is no memory for a request.") }
        let transfer = Transfer(plan, of: call, on: easy, driver: self)
        guard transfer.configure(settings, files, driver: self, addresses: addresses), begin(transfer) else {
            recycle(transfer)
            return error(call, .overloaded, "There is no memory for a request.")
        }
        call.stage = .running(transfer)
        return nil
    }

    // MARK: - The end of a hop

    /// Takes a transfer that libcurl is done with.
    func end(_ transfer: Transfer, _ result: CURLcode) {
        let call = transfer.call
        let outcome = outcome(of: transfer, result)
        detach(transfer)
        recycle(transfer)
        if transfer.sendCount > 0 { call.mayHaveArrived = true }
        call.retryCount += max(0, transfer.sendCount - 1)
        call.stage = .pausing
        let origin = call.target.origin
        // The place is free before the next hop asks, and goes to the line only behind it: what is under way goes on.
        hosts[origin]?.activeCount -= 1
        goOn(call, outcome)
        fill(origin)
    }

    /// Decides between another hop, another try, and the end.
    private func goOn(_ call: Call, _ outcome: Submission.Outcome) {
        switch outcome {
        case .success(let response):
            if let location = locationToFollow(call, response) {
                follow(call, location)
            } else if !isTransient(response.status)
                || !retries(call, noSoonerThan: response.firstValue(of: "retry-after"))
            {
                finish(call, outcome)
            }
        case .failure(let error):
            if !isTransient(error.kind) || !retries(call, noSoonerThan: nil) { finish(call, outcome) }
        }
    }

    /// The `Location` of an answer that the call's policy follows; nil when the answer is for the caller.
    private func locationToFollow(_ call: Call, _ response: ClientResponse) -> String? {
        guard case .follow = call.request.redirects, call.request.body.isEmpty,
            call.request.method == .get || call.request.method == .head,
            [301, 302, 303, 307, 308].contains(response.status)
        else { return nil }
        return response.firstValue(of: "location")
    }

    private func follow(_ call: Call, _ location: String) {
        func refuse(_ why: String) {
            finish(
                call,
                .failure(error(call, .badRedirect, "The redirect of \(call.target.place) is not followed: \(why).")))
        }
        guard case .follow(let max) = call.request.redirects, call.redirectCount < max else {
            return refuse("\(call.redirectCount) were followed already")
        }
        let target: TargetURL
        do throws(TargetURL.Fault) {
            target = try call.target.following(location)
        } catch {
            return refuse("where it points to is not allowed: \(CheckedRequest.words(for: error))")
        }
        guard target.scheme == call.target.scheme else {
            return refuse("it goes from \(call.target.scheme) to \(target.scheme)")
        }
        // A credential that was once left behind stays so, even when the way leads back.
        if target.origin != call.target.origin { call.carriesCredentials = false }
        call.target = target
        call.redirectCount += 1
        metrics.redirects.add()
        enter(call)
    }

    private func isTransient(_ status: Int) -> Bool { (502...504).contains(status) }

    private func isTransient(_ kind: ClientError.Kind) -> Bool {
        switch kind {
        case .cannotResolve, .cannotConnect, .connectionLost: true
        case .invalidRequest, .tls, .timedOut, .cancelled, .refusedAddress, .tooLarge, .protocolError, .badRedirect,
            .overloaded:
            false
        }
    }

    /// Whether there will be another try; then the pause before it has begun.
    private func retries(_ call: Call, noSoonerThan retryAfter: String?) -> Bool {
        guard case .attempts(let max, let baseDelay) = call.request.retries, call.retryCount + 1 < max else {
            return false
        }
        let now = clock.monotonic()
        let rest = now.duration(to: call.submission.deadline)
        // Full jitter: those that failed together do not come back together.
        let longest = Swift.max(1, baseDelay.wholeNanoseconds).multipliedReportingOverflow(
            by: 1 << Int64(min(call.retryCount, 20)))
        let bound = longest.overflow ? Int64.max : longest.partialValue
        var delay = Duration.nanoseconds(Int64(random.integer() % UInt64(bound)))
        if let retryAfter, let asked = Self.seconds(retryAfter) { delay = Swift.max(delay, asked) }
        guard delay < rest else { return false }
        call.retryCount += 1
        metrics.retries.add()
        call.stage = .pausing
        pauses.insert(now + delay, call.submission.id)
        return true
    }

    /// The seconds of `Retry-After` (RFC 9110 §10.2.3); its other form, a date, is not looked at.
    private static func seconds(_ text: String) -> Duration? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy(ByteClass.isDigit), let value = Int64(text) else {
            return nil
        }
        return .seconds(value)
    }

    // MARK: - The end

    /// Ends a call before its time.
    func abandon(_ call: Call, _ kind: ClientError.Kind, _ message: String) {
        let origin = call.target.origin
        switch call.stage {
        case .running(let transfer):
            if transfer.sendCount > 0 { call.mayHaveArrived = true }
            detach(transfer)
            recycle(transfer)
            hosts[origin]?.activeCount -= 1
            finish(call, .failure(error(call, kind, message)))
            fill(origin)
        case .waiting:
            metrics.waiting.add(-1)
            finish(call, .failure(error(call, kind, message)))
            hosts[origin]?.forgetOne()
        case .pausing: finish(call, .failure(error(call, kind, message)))
        case .ended: break
        }
    }

    /// What a call was doing, for the message of its end.
    func stageWords(of call: Call) -> String {
        let place = call.target.place
        switch call.stage {
        case .waiting: return "The request was still waiting for a place at \(place)"
        case .pausing: return "The request was between two tries at \(place)"
        case .running(let transfer):
            if transfer.sendCount == 0 { return "There was no connection to \(place) yet" }
            return transfer.response.hasFinalHead
                ? "The answer of \(place) was not whole" : "There was no answer from \(place)"
        case .ended: return "The request to \(place) had ended"
        }
    }

    private func error(_ call: Call, _ kind: ClientError.Kind, _ message: String) -> ClientError {
        ClientError(kind, message, mayHaveArrived: call.mayHaveArrived)
    }

    private func finish(_ call: Call, _ outcome: Submission.Outcome) {
        var outcome = outcome
        if case .failure(let error) = outcome, call.mayHaveArrived, !error.mayHaveArrived {
            outcome = .failure(ClientError(error.kind, error.message, mayHaveArrived: true))
        }
        call.stage = .ended
        calls[call.submission.id] = nil
        let duration = call.startedAt.duration(to: clock.monotonic())
        metrics.requests.add(-1)
        metrics.record(outcome, microseconds: UInt64(max(0, duration.wholeNanoseconds / 1_000)))
        if let log { write(log, call, outcome, duration) }
        call.submission.continuation.resume(returning: outcome)
    }

    /// One line, without path, query, header or body.
    private func write(_ log: Logger, _ call: Call, _ outcome: Submission.Outcome, _ duration: Duration) {
        var fields: [(StaticString, LogValue)] = [
            ("method", .text(call.request.method.name)), ("scheme", .text(call.target.scheme)),
            ("host", .text(call.target.host)), ("port", .integer(Int64(call.target.port) ?? 0)),
            ("ms", .integer(duration.wholeMilliseconds)), ("redirects", .integer(Int64(call.redirectCount))),
            ("retries", .integer(Int64(call.retryCount))),
        ]
        switch outcome {
        case .success(let response):
            fields += [
                ("status", .integer(Int64(response.status))), ("version", .text(response.version.rawValue)),
                ("bytes", .integer(Int64(response.body.count))),
            ]
        case .failure(let error): fields += [("failure", .text(error.kind.rawValue))]
        }
        log.info("client.request", fields)
    }
}
