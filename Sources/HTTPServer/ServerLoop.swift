// One event loop: a thread, its epoll set, its connections and the tasks of their handlers.
//
// Everything but `inbox` and the atomics belongs to the loop's thread and is touched nowhere else; entry points from
// outside assert it. That confinement, and nothing else, is why the class may call itself Sendable.

internal import CLinux
internal import Glibc
internal import HTTPWire
internal import Platform
internal import Synchronization
internal import TransportSecurity

/// What all loops of a server share; immutable but for the atomics inside the metrics.
struct ServerContext: Sendable {
    let limits: HTTPServerLimits
    let router: Router
    let metrics: HTTPServerMetrics
    let addresses: ClientAddressReader
    let gate: AddressGate
    let accessLog: LogSink?
    /// Where new connections have their certificates from; nil for a server without TLS.
    let certificates: CertificateStore?
    let clock: Clock
    let random: RandomSource
    let faultResponse: @Sendable (HTTPFault, HTTPFaultContext) -> HTTPResponse
}

// @unchecked: the state below is confined to the loop's thread (see the head of this file).
final class ServerLoop: TaskExecutor, @unchecked Sendable {
    private enum Ticket {
        static let listener = ConnectionTable.reservedFrom
        static let inbox = ConnectionTable.reservedFrom + 1
    }

    /// How long a loop takes no connections after the process has run out of descriptors: long enough not to spin,
    /// short enough that a freed one is used soon.
    private static let exhaustionPause: Duration = .milliseconds(100)
    /// What one read takes at most; shared by all connections of the loop.
    private static let readBytes = 65_536
    /// A connection that has not sent anything yet when the server is told to end gets this long to do so.
    private static let drainGrace: Duration = .seconds(1)

    let context: ServerContext
    let inbox: LoopInbox
    private let poller: Poller
    /// The loop's thread, 0 before it runs.
    private let thread = Atomic<UInt>(0)
    /// Whether all connections are closed for good.
    let hasEnded = Atomic<Bool>(false)
    /// Whether the last task has ended as well, and the thread with it.
    let isDone = Atomic<Bool>(false)

    private var listener: ListeningSocket?
    private var acceptsAgainAt: MonotonicTime?
    /// Connections whose answers found no memory, and when they are tried again.
    var starved: [UInt64] = []
    var sendsAgainAt: MonotonicTime?
    var table = ConnectionTable()
    var wheel: DeadlineWheel
    /// The loop's time: read once a turn, and again before an answer is timed.
    var now: MonotonicTime
    var wall: UnixTime
    /// When the last answer of this turn was made.
    var workedUntil = MonotonicTime(nanoseconds: 0)
    var dateLine: [UInt8] = []
    private var dateSecond: Int64 = .min
    /// Answers of the connection at work, not yet written.
    let outgoing = OutputBuffer()
    /// Memory that `outgoing` keeps between turns.
    let outgoingKeptBytes: Int
    let readBuffer: UnsafeMutableRawBufferPointer
    /// What the loop's TLS sessions share; nil without TLS.
    let port: TLSPort?
    let requestIDs: RequestIDs
    var accessLog: AccessLog?
    private var jobs: [UnownedJob] = []
    private var items: [LoopItem] = []
    var deferred: [UInt64] = []
    /// Connections whose producers have left something since they were looked at.
    var readyStreams: [UInt64] = []
    /// Connections over the limit that are being told so.
    var refusedCount = 0
    /// Bytes of requests and answers the loop keeps for its connections at this moment, and the most it may.
    var heldBytes = 0
    let heldBytesMax: Int
    /// The idle time-out, converted once because every answer sets it anew.
    let idleNanoseconds: UInt64
    /// Tasks of handlers that have not ended.
    var tasksAtWork = 0
    var drainDeadline: MonotonicTime?
    private var isStopped = false

    /// - Parameter loopCount: how many loops share the server's bound on held bytes.
    init(context: ServerContext, listener: ListeningSocket, loopCount: Int) throws(SystemError) {
        self.context = context
        heldBytesMax = context.limits.heldBytes / loopCount
        outgoingKeptBytes = 4 * context.limits.outputBytes
        // A hundred years are as good as for ever, and cannot overflow the clock.
        idleNanoseconds = UInt64(
            min(max(0, context.limits.idleTimeout.wholeNanoseconds), Duration.seconds(3_155_760_000).wholeNanoseconds))
        self.listener = listener
        inbox = try LoopInbox()
        poller = try Poller()
        now = context.clock.monotonic()
        wall = context.clock.wall()
        wheel = DeadlineWheel(now: now)
        requestIDs = RequestIDs(random: context.random)
        accessLog = context.accessLog.map { AccessLog(sink: $0) }
        // Freed in deinit; only `receive` writes it, and its bytes are used before the next read.
        readBuffer = .allocate(byteCount: Self.readBytes, alignment: 64)
        port = context.certificates == nil ? nil : TLSPort(receiveBytes: Self.readBytes)
        try poller.add(listener.rawValue, ticket: Ticket.listener, interest: Self.interest(listener))
        try poller.addWakeUp(inbox.descriptor, ticket: Ticket.inbox)
    }

    deinit { readBuffer.deallocate() }

    /// Whether the caller runs on this loop's thread.
    var isOnThread: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// TaskExecutor: takes a job from any thread and runs it on the loop's.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isOnThread {
            jobs.append(job)
        } else if !inbox.append(.job(job)) {
            Self.runElsewhere(job)
        }
    }

    /// What goes on longer than the request that began it ends on the threads of all tasks, when there is no loop any more.
    private static func runElsewhere(_ job: UnownedJob) { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }

    /// Runs the loop on the calling thread until it is drained or stopped.
    func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        refreshTime()
        while !isFinished { turn() }
        finish()
    }

    private var isFinished: Bool {
        if isStopped { return true }
        guard let drainDeadline else { return false }
        return table.count == 0 && tasksAtWork == 0 || now >= drainDeadline
    }

    /// Waits for something to do and does a bounded part of it.
    private func turn() {
        let count = waitForEvents()
        refreshTime()
        for index in 0..<count {
            let event = poller.event(index)
            switch event.ticket {
            case Ticket.inbox: break
            case Ticket.listener: acceptConnections()
            default:
                if let connection = table.connection(event.ticket) { handle(connection, event.events) }
            }
        }
        takeItems()
        let hasJobs = !jobs.isEmpty
        runJobs()
        continueReadyStreams()
        continueDeferred()
        if let acceptsAgainAt, now >= acceptsAgainAt { resumeAccepting() }
        if let sendsAgainAt, now >= sendsAgainAt { resumeSending() }
        if wheel.isDue(now) { expire() }
        noteLag(hasJobs)
    }

    /// How long this turn took: what comes in its first moment waits as long. The clock has been read with each answer;
    /// only work that ends without one needs another look.
    private func noteLag(_ hasJobs: Bool) {
        let end = hasJobs ? context.clock.monotonic() : workedUntil
        guard end > now else { return }
        context.metrics.lag.record((end.nanoseconds - now.nanoseconds) / 1_000)
    }

    private func waitForEvents() -> Int {
        guard jobs.isEmpty, deferred.isEmpty, readyStreams.isEmpty, inbox.prepareToSleep() else {
            return poller.wait(milliseconds: 0)
        }
        var milliseconds = wheel.millisecondsUntilNext(from: now) ?? -1
        for instant in [acceptsAgainAt, sendsAgainAt, drainDeadline] {
            guard let instant else { continue }
            let rest = max(0, now.duration(to: instant).wholeMilliseconds) + 1
            milliseconds = milliseconds < 0 ? Int32(clamping: rest) : min(milliseconds, Int32(clamping: rest))
        }
        let count = poller.wait(milliseconds: milliseconds)
        inbox.awake()
        return count
    }

    private func refreshTime() {
        now = context.clock.monotonic()
        wall = context.clock.wall()
        let second = wall.seconds
        guard second != dateSecond else { return }
        dateSecond = second
        dateLine = Array("Date: \(wall.httpDate())\r\n".utf8)
    }

    // MARK: What other threads want

    private func takeItems() {
        inbox.take(into: &items)
        guard !items.isEmpty else { return }
        for item in items {
            switch item {
            case .job(let job): jobs.append(job)
            case .answer(let ticket, let make): complete(ticket, make())
            case .stream(let ticket): readyStreams.append(ticket)
            case .streamTaskEnded: streamTaskEnded()
            case .drain(let deadline): beginDraining(deadline)
            case .stop: isStopped = true
            }
        }
        items.removeAll(keepingCapacity: true)
    }

    /// Runs what tasks have to do on this loop, up to the bound of a turn; what they add is included.
    private func runJobs() {
        guard !jobs.isEmpty else { return }
        let executor = asUnownedTaskExecutor()
        var index = 0
        while index < jobs.count, index < context.limits.jobsPerTurn {
            // Copied out first: the job may add to `jobs`.
            let job = jobs[index]
            job.runSynchronously(on: executor)
            index += 1
        }
        if index == jobs.count { jobs.removeAll(keepingCapacity: true) } else { jobs.removeFirst(index) }
    }

    private func continueDeferred() {
        guard !deferred.isEmpty else { return }
        let tickets = deferred
        deferred.removeAll(keepingCapacity: true)
        for ticket in tickets {
            guard let connection = table.connection(ticket), connection.isDeferred else { continue }
            advance(connection, fresh: nil)
        }
    }

    // MARK: New connections

    private func acceptConnections() {
        guard let listener, acceptsAgainAt == nil else { return }
        for _ in 0..<context.limits.acceptsPerTurn {
            switch SocketCalls.accept(listener.rawValue) {
            case .connection(let descriptor, let peer): admit(FileDescriptor(owning: descriptor), peer)
            case .wouldBlock: return
            case .lost: continue
            case .exhausted:
                // Level-triggered, the listener would report its waiting connections at once and for ever.
                context.metrics.acceptFailures.add()
                poller.remove(listener.rawValue)
                acceptsAgainAt = now + Self.exhaustionPause
                return
            }
        }
    }

    /// A connection to a socket that loops share wakes one of them, not all.
    private static func interest(_ listener: ListeningSocket) -> UInt32 {
        listener.isShared ? Poller.readable | Poller.exclusive : Poller.readable
    }

    private func resumeAccepting() {
        acceptsAgainAt = nil
        guard let listener else { return }
        do throws(SystemError) {
            try poller.add(listener.rawValue, ticket: Ticket.listener, interest: Self.interest(listener))
        } catch {
            // The kernel has no memory for the entry: the same shortage, tried again after the same pause.
            acceptsAgainAt = now + Self.exhaustionPause
        }
    }

    private func admit(_ descriptor: consuming FileDescriptor, _ peer: NetworkAddress) {
        let metrics = context.metrics
        metrics.accepted.add()
        var isRefused = metrics.connections.value >= Int64(context.limits.connections)
        if isRefused {
            metrics.refused.add()
        } else if !context.gate.admit(peer) {
            isRefused = true
            metrics.refusedByAddress.add()
        }
        if isRefused {
            // Without room even to say so, the connection is closed by the end of `descriptor`.
            guard refusedCount < context.limits.refusedConnections else { return }
        }
        let ticket = table.nextTicket()
        let raw = descriptor.rawValue
        let channel: SecureChannel?
        do throws(SystemError) {
            channel = try newChannel()
        } catch {
            if !isRefused { context.gate.leave(peer) }
            metrics.acceptFailures.add()
            return
        }
        let connection = Connection(
            descriptor: descriptor, ticket: ticket, peer: peer,
            parser: RequestHeadParser(limits: context.limits.head), channel: channel, isRefused: isRefused)
        do throws(SystemError) {
            try poller.add(raw, ticket: ticket, interest: Poller.readable)
        } catch {
            if !isRefused { context.gate.leave(peer) }
            metrics.acceptFailures.add()
            return
        }
        table.insert(connection)
        connection.messageDeadline = now + context.limits.headerTimeout
        if isRefused { refusedCount += 1 } else { metrics.connections.add(1) }
        // Over TLS nothing can be said before the handshake.
        if isRefused, channel == nil { refuse(connection) } else { settle(connection) }
    }

    /// The beginning of a connection's TLS with the certificates of this moment; nil without TLS.
    private func newChannel() throws(SystemError) -> SecureChannel? {
        guard let port, let certificates = context.certificates else { return nil }
        return try SecureChannel(certificates.present, port: port)
    }

    // MARK: Interest

    /// Tells epoll what the connection waits for now, when that has changed.
    func watch(_ connection: Connection, _ interest: UInt32) {
        guard connection.interest != interest else { return }
        connection.interest = interest
        poller.change(connection.descriptor.rawValue, ticket: connection.ticket, interest: interest)
    }

    /// Closes the connection and forgets it. The descriptor is closed with the last reference, which is the table's.
    func drop(_ connection: Connection) {
        guard table.connection(connection.ticket) === connection else { return }
        abandonStream(connection)
        if let channel = connection.channel {
            if !channel.isCounted { context.metrics.countHandshake(failed: .closed) }
            // RFC 8446 §6.1: each side says so before it closes; but not behind an answer that has not left whole.
            if !connection.hasOutput, !connection.isCutOff { channel.sayGoodbye(connection.descriptor.rawValue) }
        }
        poller.remove(connection.descriptor.rawValue)
        heldBytes -= connection.heldBytes
        connection.heldBytes = 0
        if connection.isRefused {
            refusedCount -= 1
        } else {
            context.metrics.connections.add(-1)
            context.gate.leave(connection.peer)
        }
        table.remove(connection.ticket)
    }

    // MARK: The end

    private func beginDraining(_ deadline: MonotonicTime) {
        drainDeadline = min(drainDeadline ?? deadline, deadline)
        guard let listener else { return }
        // What the kernel has accepted on our behalf is served; closing would reset it.
        acceptsAgainAt = nil
        acceptAllWaiting(listener)
        poller.remove(listener.rawValue)
        self.listener = nil
        for connection in table.all where isIdle(connection) {
            // A request may be in the socket already; what is there is answered.
            readAvailable(connection)
            guard table.connection(connection.ticket) === connection, isIdle(connection) else { continue }
            if connection.served > 0 {
                drop(connection)
            } else {
                connection.messageDeadline = min(connection.messageDeadline, now + Self.drainGrace)
                settle(connection)
            }
        }
    }

    /// Whether nothing of a request has arrived and nothing of an answer is left.
    private func isIdle(_ connection: Connection) -> Bool {
        connection.phase == .head && !connection.parser.hasBegun && !connection.isDeferred && !connection.hasOutput
    }

    private func acceptAllWaiting(_ listener: ListeningSocket) {
        while table.count < context.limits.connections {
            switch SocketCalls.accept(listener.rawValue) {
            case .connection(let descriptor, let peer): admit(FileDescriptor(owning: descriptor), peer)
            case .lost: continue
            case .wouldBlock, .exhausted: return
            }
        }
    }

    /// Closes everything. What the handlers' tasks still have to do is done afterwards, on this thread as ever; their
    /// answers find no connection any more.
    private func finish() {
        if let listener { poller.remove(listener.rawValue) }
        listener = nil
        for connection in table.all { drop(connection) }
        hasEnded.store(true, ordering: .releasing)
        while tasksAtWork > 0 {
            if jobs.isEmpty, inbox.prepareToSleep() {
                _ = poller.wait(milliseconds: -1)
                inbox.awake()
            }
            takeItems()
            runJobs()
        }
        // From here on the thread is none of this loop's.
        thread.store(0, ordering: .relaxed)
        let rest = jobs
        jobs = []
        for job in rest { Self.runElsewhere(job) }
        for case .job(let job) in inbox.close() { Self.runElsewhere(job) }
        isDone.store(true, ordering: .releasing)
    }
}
