// Requests of a run: authenticated, counted, sent, read.

internal import Platform

extension TemplateRun {
    /// Sends a scenario's request; once more with a new session when the CRM refuses the present one (401).
    /// - Returns: the answer with a status of 2xx; nil when there is none, which was told.
    nonisolated(nonsending) func exchange(
        _ request: RequestTemplate, _ planned: PlannedScenario, _ level: ChainLevel?
    ) async -> TemplateResponse? {
        while true {
            // Asked here already what most runs need not wait for: an async call costs more than the question.
            if lacksSession { guard await authenticate(planned) else { return nil } }
            if isDelivery { guard await letLookupsPass(planned) else { return nil } }
            if mustStop(planned.name) { return nil }
            var built: TemplateRequest
            do {
                built = try RequestBuilder.build(
                    request, context: instance.context(scope(after: level)), credentials: credentials,
                    recorder: recorder)
            } catch {
                fail(error.failureCode, planned.name, error.message)
                return nil
            }
            built.givesSecrets = role.isSecret
            guard let response = await send(built, planned) else { return nil }
            if (200...299).contains(response.status) { return response }
            if response.status == 401, let session, !hasRenewed, instance.sessions.mayRenew(session) {
                hasRenewed = true
                guard await authenticate(planned, refused: session) else { return nil }
                continue
            }
            // Many an API answers so when nobody has the number; a report must not vanish like that (spec 3.3).
            if response.status == 404, isLookup, request.method == .get {
                recorder?.note("404 is taken for no record")
                return nil
            }
            fail("http-status", planned.name, "the CRM answered \(response.status)", status: response.status)
            return nil
        }
    }

    /// Gives the instance's only place to lookups that wait for it, and waits until it has the place again.
    /// - Returns: false when it did not get it again: the run has ended, and it was told why.
    private nonisolated(nonsending) func letLookupsPass(_ planned: PlannedScenario) async -> Bool {
        guard isDelivery, hasPlace else { return !isHalted }
        switch await instance.queue.yield(until: deadline, alarm: instance.alarm) {
        case .admitted: return true
        case .late, .full: fail("deadline", planned.name, "the time for the run was over before lookups had ended")
        case .cancelled: fail("cancelled", planned.name, "the run was cancelled while it waited for lookups")
        }
        hasPlace = false
        halt()
        return false
    }

    private nonisolated(nonsending) func send(_ request: TemplateRequest, _ planned: PlannedScenario) async
        -> TemplateResponse?
    {
        guard requestCount < limits.requests else {
            fail("limit", planned.name, "the run has sent \(limits.requests) requests; no more are sent")
            halt()
            return nil
        }
        requestCount += 1
        if let recorder {
            // Encoded, as they are sent: an answer may repeat them so.
            for secret in request.secrets { recorder.conceal(secret) }
            recorder.begin(
                .request(
                    method: request.method, url: recorder.text(request.url).text,
                    headers: request.headers.map { Trace.Field($0.name, recorder.text($0.value)) },
                    body: request.body.isEmpty ? nil : recorder.text(request.body)))
        }
        defer { recorder?.end() }
        let response: TemplateResponse
        do {
            response = try await instance.transport.send(request, deadline: deadline)
        } catch {
            tell(request, nil, mayHaveArrived: error.mayHaveArrived)
            recorder?.record(.transportFailure(error))
            if !mustStop(planned.name) { fail("transport", planned.name, error.message, transport: error.kind) }
            return nil
        }
        tell(request, response.status)
        if let recorder { show(response, recorder) }
        return response
    }

    private func tell(_ request: TemplateRequest, _ status: Int?, mayHaveArrived: Bool = true) {
        if !role.isSecret, mayHaveArrived, status.map({ !(400...499).contains($0) }) ?? true {
            if request.method == "GET" { result.mayHaveRead = true } else { result.mayHaveWritten = true }
        }
        let url = hidingSecrets(request.url.redacted)
        guard toldBytes + url.utf8.count <= Self.toldBytesAtMost else { return }
        toldBytes += url.utf8.count
        result.exchanges.append(RunResult.Exchange(method: request.method, url: url, status: status))
    }

    private func show(_ response: TemplateResponse, _ recorder: TraceRecorder) {
        // An error of a login says why; a success is the secret itself.
        let hidesBody = role.isSecret && response.status < 400
        recorder.record(
            .response(
                status: response.status,
                headers: response.headers.map { header in
                    Trace.Field(
                        header.name,
                        SecretHeader.isSecret(header.name, inLogin: role.isSecret)
                            ? TraceText("<redacted>") : recorder.text(header.value))
                },
                body: hidesBody && !response.body.isEmpty ? TraceText("<redacted>") : recorder.text(response.body),
                byteCount: response.body.count))
    }

    /// The answer as a tree; nil when it cannot be read, which was told.
    func tree(
        of response: TemplateResponse, _ request: RequestTemplate, _ planned: PlannedScenario
    ) -> ResponseTree? {
        do {
            switch request.responseType {
            case .json: return try ResponseTree(json: response.body, limits: limits.response)
            case .xml: return try ResponseTree(xml: response.body, limits: limits.response)
            }
        } catch {
            let place = error.position.map { " (line \($0.line), column \($0.column))" } ?? ""
            fail(error.code == "too-large" ? "limit" : "response", planned.name, "the answer\(place): \(error.message)")
            return nil
        }
    }

    /// Whether the template wants a session and the run has none.
    private var lacksSession: Bool {
        guard role == .ordinary, session == nil, case .scenario = instance.template.authentication else { return false }
        return true
    }

    /// Sees to it that there is a session where the template wants one; waits for it no longer than the run may.
    /// - Parameter refused: the session that is no good any more.
    /// - Returns: false when there is none: the run has ended, and it was told why.
    nonisolated(nonsending) func authenticate(_ planned: PlannedScenario, refused: Session? = nil) async -> Bool {
        guard role == .ordinary, case .scenario(let id) = instance.template.authentication else { return true }
        if session != nil, refused == nil { return true }
        guard let index = instance.plan.authentication else {
            fail(
                "unknown-scenario", planned.name, "the authentication is scenario '\(id)', and there is none of that Id"
            )
            halt()
            return false
        }
        if refused != nil { recorder?.record(.authentication(.refreshedAfterRefusal)) }
        switch instance.sessions.step(refused: refused) {
        case .use(let session):
            recorder?.record(.authentication(.cached))
            adopt(session)
            return true
        case .backOff(let why):
            recorder?.record(.authentication(.backingOff))
            fail("authentication", planned.name, "the last login failed a moment ago (\(why)); it is tried again later")
            halt()
            return false
        case .wait(let waiter):
            recorder?.begin(.authentication(.shared))
            defer { recorder?.end() }
            return await wait(for: waiter, planned, isStarter: false)
        case .start(let waiter, let expired):
            if expired { recorder?.record(.authentication(.expired)) }
            recorder?.begin(.authentication(.started))
            defer { recorder?.end() }
            // By itself: it goes on when this run has ended (spec 0.9), for the runs that wait and those that come.
            let instance = instance
            let records = recorder != nil
            Task { instance.sessions.finish(await instance.login(index, recordsTrace: records)) }
            return await wait(for: waiter, planned, isStarter: true)
        }
    }

    private nonisolated(nonsending) func wait(
        for waiter: Waiter<SessionKeeper.Wait>, _ planned: PlannedScenario, isStarter: Bool
    ) async -> Bool {
        let began = recorder?.elapsed
        switch await waiter.value(until: deadline, alarm: instance.alarm, late: .late, cancelled: .cancelled) {
        case .late:
            fail(
                "deadline", planned.name,
                "the login takes longer than the run may; it goes on in the background and serves the next run")
        case .cancelled:
            fail("cancelled", planned.name, "the run was cancelled")
        case .done(let outcome):
            if isStarter {
                result.exchanges.append(contentsOf: outcome.exchanges)
                if let recorder, let began { recorder.append(outcome.steps, startingAfter: began) }
            }
            if let session = outcome.session {
                recorder?.record(.authentication(.succeeded))
                adopt(session)
                return true
            }
            recorder?.record(.authentication(.failed))
            fail("authentication", planned.name, "the login failed: \(outcome.failure)")
        }
        halt()
        return false
    }
}

/// Headers of an answer that are not shown.
package enum SecretHeader {
    /// - Parameter inLogin: whether the answer is a login's, of which hardly a header is shown.
    package static func isSecret(_ name: String, inLogin: Bool) -> Bool {
        let name = name.lowercased()
        if inLogin { return !["content-type", "content-length", "date"].contains(name) }
        return ["cookie", "token", "secret", "authenti", "authoriz", "api-key", "apikey", "session", "csrf"].contains {
            name.contains($0)
        }
    }
}
