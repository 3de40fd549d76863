// A CRM that misbehaves as told and remembers what it was told: an HTTP server on loopback with a thread for each
// connection. What its threads share is behind a monitor.

internal import CLinux
internal import Glibc
internal import JSONText
package import Platform
internal import TestSupport

/// The CRM of a drill.
package final class StubCRM: Sendable {
    /// A call that the CRM has committed.
    package struct Record: Sendable {
        /// `[CallReference]` of the report.
        package let reference: String
        package let number: String
        package let subject: String
        package let duration: String
        /// Which start of the middleware sent it: that of its connection.
        package let generation: Int
        package let at: MonotonicTime
        /// When the whole answer had been handed to the system; nil: it was withheld.
        package var answeredAt: MonotonicTime?
    }

    /// What it does with a report, in parts of a hundred; what is left is committed and answered.
    package struct Mood: Sendable {
        /// 500, nothing committed.
        package var fails = 0
        /// The connection is reset with the report committed, or not.
        package var resetsAfter = 0
        package var resetsBefore = 0
        /// No answer for up to two seconds, then the connection ends; committed, or not.
        package var hangsAfter = 0
        package var hangsBefore = 0
        /// Committed, and answered late.
        package var isSlow = 0

        package static let well = Mood()
        package static let bad = Mood(
            fails: 10, resetsAfter: 6, resetsBefore: 4, hangsAfter: 3, hangsBefore: 3, isSlow: 8)
    }

    private enum Fate {
        case answer(afterMilliseconds: Int)
        case fail
        case reset(commits: Bool)
        case hang(commits: Bool, milliseconds: Int)
    }

    private struct State {
        var random: SplitMix64
        var mood = Mood.well
        var listener: Int32 = -1
        var connections: Set<Int32> = []
        var generation = 0
        var records: [Record] = []
        var isStopping = false
        /// How often the listener found nobody waiting.
        var idleLooks = 0
    }

    package let port: UInt16
    private let state: Monitor<State>

    package init(seed: UInt64) throws(SystemError) {
        state = Monitor(State(random: SplitMix64(seed: seed)))
        let (descriptor, port) = try Self.listen(on: 0)
        self.port = port
        state.withLock { $0.listener = descriptor }
        try OSThread.start(name: "crm") { self.serve(descriptor) }.detach()
    }

    // MARK: The drill's side

    package var records: [Record] { state.withLock { $0.records } }
    package var recordCount: Int { state.withLock { $0.records.count } }
    package func set(_ mood: Mood) { state.withLock { $0.mood = mood } }

    /// The middleware has died: connections from here on are those of its next start. Waits until all that it had made
    /// have been seen.
    package func middlewareDied() {
        let looks = state.withLock { $0.listener < 0 ? Int.min : $0.idleLooks }
        let end = MonotonicTime.now() + .seconds(2)
        while state.withLock({ $0.idleLooks < looks &+ 2 && $0.listener >= 0 }), MonotonicTime.now() < end {
            usleep(1_000)
        }
        state.withLock { $0.generation += 1 }
    }

    /// Ends every connection and listens again after a while.
    package func restart(afterMilliseconds pause: UInt32) throws(SystemError) {
        closeAll()
        usleep(pause * 1_000)
        let (descriptor, _) = try Self.listen(on: port)
        let isStopping = state.withLock { state -> Bool in
            if !state.isStopping { state.listener = descriptor }
            return state.isStopping
        }
        guard !isStopping else {
            close(descriptor)
            return
        }
        try OSThread.start(name: "crm") { self.serve(descriptor) }.detach()
    }

    package func stop() {
        state.withLock { $0.isStopping = true }
        closeAll()
    }

    private func closeAll() {
        state.withLock { state in
            // The thread that listens closes it; so does each connection's own.
            state.listener = -1
            for descriptor in state.connections { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
        usleep(30_000)
    }

    // MARK: The server's side

    private static func listen(on port: UInt16) throws(SystemError) -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .last("socket") }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                let code = bind(descriptor, pointer, length)
                return code == 0 ? getsockname(descriptor, pointer, &length) : code
            }
        }
        guard bound == 0, Glibc.listen(descriptor, 128) == 0 else {
            let error = SystemError.last("bind")
            close(descriptor)
            throw error
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private func serve(_ listener: Int32) {
        defer { close(listener) }
        while state.withLock({ $0.listener == listener }) {
            var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 5) > 0 else {
                state.withLock { $0.idleLooks += 1 }
                continue
            }
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            let generation = state.withLock { state -> Int in
                state.connections.insert(connection)
                return state.generation
            }
            do throws(SystemError) {
                try OSThread.start(name: "crm-connection") { self.converse(connection, generation) }.detach()
            } catch {
                end(connection)
            }
        }
    }

    private func end(_ connection: Int32, isReset: Bool = false) {
        state.withLock { _ = $0.connections.remove(connection) }
        if isReset {
            // RFC 9293 §3.10.7: without lingering, a close is a reset.
            var none = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &none, socklen_t(MemoryLayout<linger>.size))
        }
        close(connection)
    }

    /// The life of a connection: one request after the other.
    private func converse(_ connection: Int32, _ generation: Int) {
        var buffer: [UInt8] = []
        while let request = Self.read(connection, &buffer) {
            guard request.method == "POST" else {
                let body = #"{"people":[{"id":"7","first":"Ann","last":"Lee"}]}"#
                guard Self.answer(connection, "200 OK", body) else { break }
                continue
            }
            switch fate() {
            case .fail:
                guard Self.answer(connection, "500 Internal Server Error", "{}") else { return end(connection) }
            case .answer(let milliseconds):
                let index = commit(request.body, generation)
                usleep(UInt32(milliseconds) * 1_000)
                guard Self.answer(connection, "201 Created", #"{"ok":true}"#) else { return end(connection) }
                state.withLock { $0.records[index].answeredAt = .now() }
            case .reset(let commits):
                if commits { _ = commit(request.body, generation) }
                return end(connection, isReset: true)
            case .hang(let commits, let milliseconds):
                if commits { _ = commit(request.body, generation) }
                usleep(UInt32(milliseconds) * 1_000)
                return end(connection)
            }
        }
        end(connection)
    }

    private func commit(_ body: [UInt8], _ generation: Int) -> Int {
        // A body that cannot be read is a record that matches no call, which the drill reports.
        let fields = (try? JSONValue(parsing: body))?.object
        func text(_ name: String) -> String { fields?[name]?.string ?? "" }
        let record = Record(
            reference: text("reference"), number: text("number"), subject: text("subject"),
            duration: text("duration"), generation: generation, at: .now(), answeredAt: nil)
        return state.withLock { state in
            state.records.append(record)
            return state.records.count - 1
        }
    }

    private func fate() -> Fate {
        state.withLock { state in
            let mood = state.mood
            var lot = Int.random(in: 0..<100, using: &state.random)
            func takes(_ parts: Int) -> Bool {
                lot -= parts
                return lot < 0
            }
            if takes(mood.fails) { return .fail }
            if takes(mood.resetsAfter) { return .reset(commits: true) }
            if takes(mood.resetsBefore) { return .reset(commits: false) }
            let pause = Int.random(in: 200...2_000, using: &state.random)
            if takes(mood.hangsAfter) { return .hang(commits: true, milliseconds: pause) }
            if takes(mood.hangsBefore) { return .hang(commits: false, milliseconds: pause) }
            return .answer(afterMilliseconds: takes(mood.isSlow) ? pause / 10 : 0)
        }
    }

    // MARK: Bytes

    private static func read(_ connection: Int32, _ buffer: inout [UInt8]) -> (method: String, body: [UInt8])? {
        while true {
            if let headEnd = buffer.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound {
                let head = String(decoding: buffer[..<headEnd], as: UTF8.self)
                let length = head.split(separator: "\r\n")
                    .first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) }
                let end = headEnd + (length ?? 0)
                if buffer.count >= end {
                    let body = Array(buffer[headEnd..<end])
                    buffer.removeFirst(end)
                    return (String(head.prefix { $0 != " " }), body)
                }
            }
            var chunk = [UInt8](repeating: 0, count: 16_384)
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffer.append(contentsOf: chunk.prefix(count))
        }
    }

    private static func answer(_ connection: Int32, _ status: String, _ body: String) -> Bool {
        let text =
            "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let bytes = Array(text.utf8)
        return send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }
}
