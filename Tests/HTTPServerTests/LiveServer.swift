// A server on a free loopback port with routes for every kind of reply, and the means to hold answers back.

import Glibc
import HTTPServer
import HTTPWire
import Platform
import TestSupport
import TransportSecurity

/// Holds tasks until a test lets them go, from a thread that is no loop.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var passed = 0
    }

    private let state = Monitor(State())

    /// How many have said that they went on behind the gate.
    var passedCount: Int { state.withLock { $0.passed } }
    func notePassed() { state.withLock { $0.passed += 1 } }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// How many wait at this moment.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Lets all go, now and from now on.
    func open() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isOpen = true
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// What has become of the content that a test's route makes.
final class Making: Sendable {
    enum End: Sendable { case whole, abandoned, cancelled }
    private let state = Monitor<(bytes: Int, ends: [End])>((0, []))

    func count(_ bytes: Int) { state.withLock { $0.bytes += bytes } }
    func end(_ end: End) { state.withLock { $0.ends.append(end) } }
    var bytes: Int { state.withLock { $0.bytes } }
    var ends: [End] { state.withLock { $0.ends } }
}

/// A mishap in the middle of a content.
struct Mishap: Error {}

/// Resumes tasks from a thread of its own, as a storage writer does. The default executor would not do: tests that
/// block occupy its few threads.
final class Elsewhere: SerialExecutor {
    private struct State {
        var isEnded = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var jobs: [UnownedJob] = []
    }

    private let state = Monitor(State())

    /// Starts the thread; `end` ends it.
    func start() throws -> OSThread {
        try OSThread.start(name: "elsewhere") { [self] in
            while true {
                let (waiting, jobs, isEnded) = state.withLock { state in
                    defer {
                        state.waiting = []
                        state.jobs = []
                    }
                    return (state.waiting, state.jobs, state.isEnded)
                }
                for continuation in waiting { continuation.resume() }
                for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
                if isEnded { return }
                pause(.microseconds(200))
            }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    func end() { state.withLock { $0.isEnded = true } }

    func visit() async {
        await withCheckedContinuation { continuation in
            let isEnded = state.withLock { state in
                if !state.isEnded { state.waiting.append(continuation) }
                return state.isEnded
            }
            if isEnded { continuation.resume() }
        }
    }
}

/// An actor whose work is done on a thread of its own.
actor PinnedActor {
    nonisolated let elsewhere: Elsewhere
    init(_ elsewhere: Elsewhere) { self.elsewhere = elsewhere }
    nonisolated var unownedExecutor: UnownedSerialExecutor { elsewhere.asUnownedSerialExecutor() }
    func twice(_ value: Int) -> Int { value * 2 }
    func write(_ bytes: [UInt8], to writer: BodyWriter) async throws { try await writer.write(bytes) }
}

/// An actor without an executor of its own, which runs where its caller prefers.
actor PlainActor {
    func twice(_ value: Int) -> Int { value * 2 }
}

/// A running server; `stop` is called by `withServer`.
struct LiveServer: Sendable {
    let server: HTTPServer
    let endpoint: SocketEndpoint
    let gate: Gate
    let making: Making

    var metrics: String {
        var text = MetricsText()
        server.metrics.write(to: &text)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    var client: TestClient { TestClient(endpoint) }

    private static let artifact = HTTPResponse(
        status: .ok, contentType: "text/plain", text: String(repeating: "artifact ", count: 1_000)
    ).asArtifact()

    /// The content of `/stream/{bytes}`, piece by piece: pieces of every length up to 3,000, so that none falls together
    /// with a bound.
    static func pieces(_ bytes: Int) -> some Sequence<[UInt8]> {
        sequence(state: (done: 0, next: 1)) { state -> [UInt8]? in
            guard state.done < bytes else { return nil }
            let count = min(state.next, bytes - state.done)
            defer {
                state.done += count
                state.next = state.next % 3_000 + 7
            }
            return (0..<count).map { UInt8(truncatingIfNeeded: state.done + $0) }
        }
    }

    static func content(_ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(truncatingIfNeeded: $0) } }

    private static func streams(_ gate: Gate, _ elsewhere: Elsewhere, _ making: Making) -> [Route] {
        @Sendable func stream(_ request: HTTPRequest, then end: @escaping @Sendable (BodyWriter) async throws -> Void)
            -> Reply
        {
            let bytes = request.rawPathParameter("bytes").flatMap { Int($0) } ?? 0
            return .ready(
                HTTPResponse(status: .ok, contentType: "application/octet-stream") { writer in
                    do {
                        for piece in pieces(bytes) {
                            try await writer.write(piece)
                            making.count(piece.count)
                        }
                        try await end(writer)
                        making.end(.whole)
                    } catch is BodyAbandoned {
                        making.end(Task.isCancelled ? .cancelled : .abandoned)
                        throw BodyAbandoned()
                    }
                })
        }
        return [
            Route(.get, "/stream/{bytes}", name: "stream") { stream($0) { _ in } },
            Route(.get, "/stream-mishap/{bytes}", name: "mishap") { stream($0) { _ in throw Mishap() } },
            Route(.get, "/stream-gated/{bytes}", name: "gated-stream") { request in
                stream(request) { writer in
                    await gate.wait()
                    try await writer.write(Array("late".utf8))
                }
            },
            Route(.get, "/stream-hops/{bytes}", name: "stream-hops") { request in
                .pending {
                    await elsewhere.visit()
                    guard
                        case .ready(let response) = stream(
                            request,
                            then: { writer in
                                // What is written from another thread arrives as well. Not from one of the pool: the
                                // tests hold those while they wait for the answer.
                                for _ in 0..<3 {
                                    await elsewhere.visit()
                                    try await PinnedActor(elsewhere).write(Array("hop ".utf8), to: writer)
                                }
                            })
                    else { return HTTPResponse(status: .internalServerError) }
                    return response
                }
            },
        ]
    }

    static func routes(_ gate: Gate, _ elsewhere: Elsewhere, _ making: Making = Making()) -> [Route] {
        streams(gate, elsewhere, making) + [
            Route(.get, "/ready", name: "ready") { _ in
                .ready(HTTPResponse(status: .ok, contentType: "text/plain", text: "ready"))
            },
            Route(.get, "/paid/{number}", name: "paid", headAllowed: false) { request in
                .ready(text { () throws(HTTPDecodingError) in try request.pathParameter("number") })
            },
            Route(.get, "/query", name: "query") { request in
                .ready(
                    text { () throws(HTTPDecodingError) in
                        try request.query().pairs.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
                    })
            },
            Route(.post, "/echo", name: "echo") { request in
                .ready(
                    HTTPResponse(status: .ok, contentType: "application/octet-stream", body: request.body))
            },
            Route(.post, "/count", name: "count") { request in
                .ready(HTTPResponse(status: .ok, contentType: "text/plain", text: "\(request.body.count)"))
            },
            Route(.put, "/small", name: "small", bodyBytes: 4) { request in
                .ready(HTTPResponse(status: .ok, contentType: "text/plain", text: "\(request.body.count)"))
            },
            Route(.get, "/gated/{name}", name: "gated") { request in
                .pending {
                    await gate.wait()
                    return text { () throws(HTTPDecodingError) in "gated " + (try request.pathParameter("name")) }
                }
            },
            Route(.get, "/outlived", name: "outlived") { _ in
                .pending {
                    let loop = withUnsafeCurrentTask { $0?.unownedTaskExecutor?.asTaskExecutor() }
                    Task.immediateDetached(executorPreference: loop) {
                        await gate.wait()
                        gate.notePassed()
                    }
                    return HTTPResponse(status: .ok, contentType: "text/plain", text: "\(loop != nil)")
                }
            },
            Route(.get, "/hops/{name}", name: "hops") { request in
                .pending {
                    for _ in 0..<3 {
                        await Task.yield()
                        await elsewhere.visit()
                    }
                    return text { () throws(HTTPDecodingError) in "hops " + (try request.pathParameter("name")) }
                }
            },
            Route(.get, "/actors/{name}", name: "actors") { request in
                .pending {
                    let pinned = PinnedActor(elsewhere)
                    let plain = PlainActor()
                    async let second = plain.twice(1)
                    let sum = await pinned.twice(2) + second
                    return text { () throws(HTTPDecodingError) in
                        "actors \(sum) " + (try request.pathParameter("name"))
                    }
                }
            },
            Route(.get, "/big/{bytes}", name: "big") { request in
                let count = request.rawPathParameter("bytes").flatMap { Int($0) } ?? 0
                return .ready(
                    HTTPResponse(
                        status: .ok, contentType: "application/octet-stream",
                        body: [UInt8](repeating: UInt8(ascii: "b"), count: count)))
            },
            Route(.get, "/secure", name: "secure") { request in
                .ready(HTTPResponse(status: .ok, contentType: "text/plain", text: "\(request.isEncrypted)"))
            },
            Route(.get, "/trace", name: "trace") { _ in
                .pending {
                    let outgoing = TraceContext.current.map { "\(TraceParent($0, span: 1)) \($0.state)" } ?? "none"
                    return HTTPResponse(status: .ok, contentType: "text/plain", text: outgoing)
                }
            },
            Route(.get, "/empty", name: "empty") { _ in
                .ready(HTTPResponse(status: .noContent, contentType: "text/plain", text: "must not be sent"))
            },
            Route(.get, "/artifact", name: "artifact") { _ in .ready(artifact) },
            Route(.get, "/who", name: "who") { request in
                .ready(
                    HTTPResponse(
                        status: .ok, contentType: "text/plain",
                        text: "\(request.clientAddress) \(request.peer) \(request.isForwarded)"))
            },
        ]
    }

    private static func text(_ make: () throws(HTTPDecodingError) -> String) -> HTTPResponse {
        do throws(HTTPDecodingError) {
            return HTTPResponse(status: .ok, contentType: "text/plain", text: try make())
        } catch {
            return HTTPResponse(status: .badRequest, contentType: "text/plain", text: "\(error)")
        }
    }

    static func make(
        _ endpoint: SocketEndpoint, at address: ListenAddress? = nil, manager: ServiceManager? = nil,
        limits: HTTPServerLimits, loops: Int, trustedProxies: [NetworkBlock],
        log: LogSink?, gate: Gate, elsewhere: Elsewhere = Elsewhere(), making: Making = Making(),
        certificates: CertificateStore? = nil
    ) -> HTTPServer {
        HTTPServer(
            address: address ?? .tcp(endpoint), manager: manager, loopCount: loops, limits: limits,
            router: Router(routes: routes(gate, elsewhere, making)),
            trustedProxies: trustedProxies, accessLog: log, clock: .system, random: .system,
            certificates: certificates,
            faultResponse: { fault, context in
                var response = fault.response(requestID: context.requestID)
                response.add("X-Path", context.path ?? "-")
                return response
            })
    }
}

extension HTTPServer {
    /// Starts and tells where it listens; these servers listen on TCP.
    func listen() throws -> SocketEndpoint {
        guard let endpoint = try start().endpoint else { throw SystemError(code: EAFNOSUPPORT, operation: "start") }
        return endpoint
    }
}

let loopback = SocketEndpoint(address: .v4(0x7f00_0001), port: 0)

/// Runs `body` against a fresh server and stops it afterwards.
func withServer(
    limits: HTTPServerLimits = HTTPServerLimits(), loops: Int = 1, trustedProxies: [NetworkBlock] = [],
    log: LogSink? = nil, certificates: CertificateStore? = nil, endpoint: SocketEndpoint = loopback,
    _ body: (LiveServer) throws -> Void
) throws {
    let gate = Gate()
    let elsewhere = Elsewhere()
    let making = Making()
    let thread = try elsewhere.start()
    let server = LiveServer.make(
        endpoint, limits: limits, loops: loops, trustedProxies: trustedProxies, log: log, gate: gate,
        elsewhere: elsewhere, making: making, certificates: certificates)
    let live = LiveServer(server: server, endpoint: try server.listen(), gate: gate, making: making)
    defer {
        gate.open()
        server.stop()
        elsewhere.end()
        thread.join()
    }
    try body(live)
}

/// Waits until `condition` holds; false when it does not within ten seconds.
func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = MonotonicTime.now() + .seconds(10)
    while MonotonicTime.now() < deadline {
        if condition() { return true }
        pause(.milliseconds(2))
    }
    return condition()
}
