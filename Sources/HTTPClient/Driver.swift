// The client's thread: libcurl's multi handle, its sockets and timers, and the requests under way. Everything here is
// touched on that thread only; other threads reach it through the inbox.

internal import CCurl
internal import CLinux
internal import Glibc
internal import Platform

/// Drives all transfers of one client.
final class Driver: @unchecked Sendable {
    // Sendable: made on one thread and handed to the client's own, which is the only one to use it from then on.
    // `metrics` and `inbox` are Sendable by themselves.

    /// Handles kept for the next request; each is about 10 KiB with its buffer.
    private static let spareHandlesMax = 128
    /// How long the thread sleeps at most: a bound for the arithmetic, not a rhythm that anything needs.
    private static let sleepMillisecondsMax: Int64 = 60_000

    let settings: ClientSettings
    let networkGuard: NetworkGuard
    let clock: Clock
    let random: RandomSource
    let log: Logger?
    let metrics: ClientMetrics
    let inbox: ClientInbox
    let files: TLSMaterial

    private let multi: UnsafeMutableRawPointer
    private let poller: SocketPoller
    private var spareHandles: [UnsafeMutableRawPointer] = []
    /// When libcurl wants to be called though nothing happened on a socket; by the machine's clock.
    private var curlTimer: MonotonicTime?
    private var isStopping = false

    var calls: [UInt64: Call] = [:]
    var hosts: [String: HostPlaces] = [:]
    /// Of the calls.
    var deadlines = InstantHeap()
    /// The ends of pauses before another try.
    var pauses = InstantHeap()

    init(
        settings: ClientSettings, networkGuard: NetworkGuard, clock: Clock, random: RandomSource, log: Logger?,
        metrics: ClientMetrics, inbox: ClientInbox
    ) throws(SystemError) {
        self.settings = settings
        self.networkGuard = networkGuard
        self.clock = clock
        self.random = random
        self.log = log
        self.metrics = metrics
        self.inbox = inbox
        files = TLSMaterial(settings)
        poller = try SocketPoller(wakeUp: inbox.descriptor)
        guard let multi = curl_multi_init() else {
            throw SystemError(code: ENOMEM, operation: "curl_multi_init")
        }
        self.multi = multi
        let context = Unmanaged.passUnretained(self).toOpaque()
        // These fail only for options that the library does not know.
        precondition(no_curl_multi_set_socket(multi, watchSocket, context) == CURLM_OK, "CURLMOPT_SOCKETFUNCTION")
        precondition(no_curl_multi_set_timer(multi, keepTimer, context) == CURLM_OK, "CURLMOPT_TIMERFUNCTION")
        _ = no_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        _ = no_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, max(1, settings.idleConnectionsMax))
    }

    /// No call is left when the thread has ended; the connections that are kept close here.
    deinit {
        for handle in spareHandles { curl_easy_cleanup(handle) }
        curl_multi_cleanup(multi)
    }

    /// The thread's work: until it is told to stop.
    func run() {
        // OpenSSL writes to sockets whose other end may be gone; the signal is for this thread, and nobody wants it.
        var signals = sigset_t()
        withUnsafePointer(to: SIGPIPE) { no_sigset_of(&signals, $0, 1) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)

        var items: [ClientItem] = []
        while true {
            inbox.take(into: &items)
            for item in items { take(item) }
            items.removeAll(keepingCapacity: true)
            if isStopping { break }
            expireTimers()
            if let due = curlTimer, due <= .now() {
                curlTimer = nil
                act(noSocket, 0)
            }
            endFinishedTransfers()
            let milliseconds = inbox.prepareToSleep() ? millisecondsToSleep() : 0
            let count = poller.wait(milliseconds: milliseconds)
            inbox.awake()
            for index in 0..<count {
                let (socket, what) = poller.event(index)
                if socket != inbox.descriptor { act(socket, what) }
            }
            endFinishedTransfers()
        }
        stop()
    }

    private func take(_ item: ClientItem) {
        switch item {
        case .start(let submission): start(submission)
        case .cancel(let id):
            guard let call = calls[id] else { return }
            abandon(call, .cancelled, "The request to \(call.target.place) was cancelled.")
        case .stop: isStopping = true
        }
    }

    private func stop() {
        for call in Array(calls.values) {
            abandon(call, .cancelled, "The request to \(call.target.place) was ended: the client was closed.")
        }
        for item in inbox.close() {
            switch item {
            case .start(let submission):
                submission.continuation.resume(
                    returning: .failure(ClientError(.cancelled, "The client was closed.")))
            case .cancel, .stop: break
            }
        }
    }

    private func millisecondsToSleep() -> Int32 {
        var rest = Self.sleepMillisecondsMax
        // Rounded up: waking before the time would only mean to sleep again.
        func wake(_ now: MonotonicTime, _ time: MonotonicTime) {
            rest = min(rest, max(0, (now.duration(to: time).wholeNanoseconds / 1_000 + 999) / 1_000))
        }
        if let curlTimer { wake(.now(), curlTimer) }
        for first in [deadlines.first, pauses.first] {
            if let first { wake(clock.monotonic(), first.instant) }
        }
        return Int32(clamping: rest)
    }

    private func expireTimers() {
        guard deadlines.first != nil || pauses.first != nil else { return }
        let now = clock.monotonic()
        while let first = deadlines.first, first.instant <= now {
            deadlines.removeFirst()
            if let call = calls[first.id] { abandon(call, .timedOut, "\(stageWords(of: call)) when the time was up.") }
        }
        while let first = pauses.first, first.instant <= now {
            pauses.removeFirst()
            if let call = calls[first.id], case .pausing = call.stage { enter(call) }
        }
        // Most requests end long before their deadline. Without this their entries would stay until then.
        if deadlines.count > 2 * calls.count + 1_024 { deadlines.keep { calls[$0] != nil } }
        if pauses.count > 2 * calls.count + 1_024 { pauses.keep { calls[$0] != nil } }
    }

    // MARK: - libcurl

    private func act(_ socket: Int32, _ what: Int32) {
        var running: Int32 = 0
        // What fails is told by the messages of the transfers; only a lack of memory is told here, and passes.
        _ = curl_multi_socket_action(multi, socket, what, &running)
    }

    private func endFinishedTransfers() {
        var rest: Int32 = 0
        while let message = curl_multi_info_read(multi, &rest) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            var context: UnsafeMutableRawPointer?
            let result = no_curl_message_result(message)
            guard no_curl_get_pointer(easy, CURLINFO_PRIVATE, &context) == CURLE_OK, let context else { continue }
            end(Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue(), result)
        }
    }

    /// A handle for one hop, as good as new; nil when there is no memory.
    func takeHandle() -> UnsafeMutableRawPointer? { spareHandles.popLast() ?? curl_easy_init() }

    /// Begins a transfer whose handle is configured; false when there is no memory.
    func begin(_ transfer: Transfer) -> Bool { curl_multi_add_handle(multi, transfer.easy) == CURLM_OK }

    /// Takes a transfer out of libcurl's hands, at whatever stage it is: if the answer is not whole its connection is
    /// closed, or its stream reset.
    func detach(_ transfer: Transfer) { curl_multi_remove_handle(multi, transfer.easy) }

    /// Takes back the handle of a transfer that was detached or never begun.
    func recycle(_ transfer: Transfer) {
        guard spareHandles.count < Self.spareHandlesMax else {
            curl_easy_cleanup(transfer.easy)
            return
        }
        // Forgets all options, credentials among them; connections belong to the multi handle.
        curl_easy_reset(transfer.easy)
        spareHandles.append(transfer.easy)
    }

    fileprivate func watch(_ socket: Int32, _ what: Int32) -> Bool { poller.watch(socket, what) }

    fileprivate func setTimer(milliseconds: Int) {
        curlTimer = milliseconds < 0 ? nil : .now() + .milliseconds(milliseconds)
    }
}

/// `CURL_SOCKET_TIMEOUT`, a macro that Swift does not import: no socket, but the time.
private let noSocket: Int32 = -1

private func watchSocket(
    _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
    _ socketContext: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return -1 }
    return Unmanaged<Driver>.fromOpaque(context).takeUnretainedValue().watch(socket, what) ? 0 : -1
}

private func keepTimer(
    _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    if let context { Unmanaged<Driver>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds: milliseconds) }
    return 0
}
