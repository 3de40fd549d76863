// Runs cases of a file against a real server: whole, byte by byte, cut at each place, behind another request, and with
// another request behind. One thread; the server is nobody else's, so what it has read tells when a cut has taken effect.

import CLinux
import Glibc
import HTTPServer
import Platform
import TestSupport

/// One connection of a run, driven step by step.
final class ConformanceTake {
    enum Operation {
        case send(ArraySlice<UInt8>)
        case waitForContinue
        case end
    }

    let descriptor: FileDescriptor
    let operations: [Operation]
    var received: [UInt8] = []
    /// The client's side of a system call that failed.
    var failure: String?

    init(_ endpoint: SocketEndpoint, _ operations: [Operation]) throws(SystemError) {
        self.operations = operations
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw SystemError.last("socket") }
        descriptor = FileDescriptor(owning: raw)
        var one: Int32 = 1
        setsockopt(raw, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        // Closed by a reset, which leaves no address waiting: there are tens of thousands of these.
        var linger = CLinux.linger(l_onoff: 1, l_linger: 0)
        setsockopt(raw, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<CLinux.linger>.size))
        guard case .v4(let value) = endpoint.address else {
            throw SystemError(code: EAFNOSUPPORT, operation: "connect")
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        address.sin_addr.s_addr = value.bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw SystemError.last("connect") }
    }

    /// Does one operation; returns how many bytes were sent.
    func perform(_ operation: Operation, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        switch operation {
        case .send(let bytes):
            var offset = 0
            while offset < bytes.count {
                let sent = bytes.withUnsafeBytes {
                    Glibc.send(
                        descriptor.rawValue, $0.baseAddress.map { $0 + offset }, bytes.count - offset,
                        Int32(MSG_NOSIGNAL))
                }
                if sent < 0 {
                    if errno == EINTR { continue }
                    failure = failure ?? "\(SystemError.last("send"))"
                    return offset
                }
                offset += sent
            }
            return bytes.count
        case .waitForContinue:
            let wanted = received.count + 25
            while received.count < wanted, read(buffer) {}
            return 0
        case .end:
            _ = shutdown(descriptor.rawValue, Int32(SHUT_WR))
            return 0
        }
    }

    /// Reads once; false at the end, or when nothing comes.
    func read(_ buffer: UnsafeMutableRawBufferPointer) -> Bool {
        let count = recv(descriptor.rawValue, buffer.baseAddress, buffer.count, 0)
        if count > 0 { received.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        if count < 0 {
            failure = failure ?? (errno == EAGAIN ? "the server says nothing more" : "\(SystemError.last("recv"))")
        }
        return count > 0
    }
}

/// Runs the cases of one file.
struct ConformanceRun {
    static let probe = Array("GET /ready HTTP/1.1\r\nHost: probe\r\n\r\n".utf8)
    /// What follows a request that ends the connection; it must never be answered.
    static let smuggled = Array("GET /paid/smuggled HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
    /// Connections at once: both ends of each are in this process.
    private static let batch = 150

    static var limits: HTTPServerLimits {
        var limits = HTTPServerLimits()
        // Nothing here waits for a time-out, however slow the machine is.
        for path: WritableKeyPath<HTTPServerLimits, Duration> in [
            \.headerTimeout, \.bodyTimeout, \.idleTimeout, \.writeTimeout, \.lingerTimeout,
        ] {
            limits[keyPath: path] = .seconds(120)
        }
        return limits
    }

    private let live: LiveServer
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 64)
    private var sent: UInt64 = 0
    /// What the whole runs came to, by case: what the others are compared with.
    private var whole: [Int: ConformanceOutcome] = [:]

    /// Runs all ways; returns what was wrong, a sentence each.
    static func failures(_ cases: [ConformanceCase], _ live: LiveServer) throws -> [String] {
        var run = ConformanceRun(live: live)
        defer { run.buffer.deallocate() }
        return try run.all(cases)
    }

    private init(live: LiveServer) {
        self.live = live
        sent = live.server.metrics.receivedBytes
    }

    private mutating func all(_ cases: [ConformanceCase]) throws -> [String] {
        var failures: [String] = []
        var jobs: [ConformanceJob] = []
        for index in cases.indices { jobs.append(ConformanceJob(index, cases[index], .whole)) }
        failures += try run(jobs, cases)
        // What already fails whole would only fail again, a hundred times.
        let good = cases.indices.filter { whole[$0] != nil }
        jobs = []
        for index in good {
            // Without an answer nothing would tell that the connection ends.
            if !cases[index].answers.isEmpty { jobs.append(ConformanceJob(index, cases[index], .behind)) }
            if cases[index].closes, !cases[index].hasEnd {
                jobs.append(ConformanceJob(index, cases[index], .followed))
            }
        }
        failures += try run(jobs, cases)
        failures += try run(good.map { ConformanceJob($0, cases[$0], .bytes) }, cases)
        jobs = good.flatMap { index in
            cases[index].steps.enumerated().flatMap { step, content -> [ConformanceJob] in
                guard case .send(let bytes) = content else { return [] }
                return bytes.cuts.map { ConformanceJob(index, cases[index], .cut(step: step, at: $0)) }
            }
        }
        failures += try run(jobs, cases)
        return failures
    }

    private mutating func run(_ jobs: [ConformanceJob], _ cases: [ConformanceCase]) throws -> [String] {
        var failures: [String] = []
        var rest = jobs[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.batch)
            rest = rest.dropFirst(Self.batch)
            let takes = try part.map { try ConformanceTake(live.endpoint, $0.operations) }
            try drive(takes)
            for (job, take) in zip(part, takes) {
                if let failure = check(job, take, cases[job.index]) {
                    failures.append("\(cases[job.index].place): \(job.way): \(failure)")
                }
            }
        }
        return failures
    }

    /// All connections take their first step, then all their second, and so on; between two steps the server has read.
    private mutating func drive(_ takes: [ConformanceTake]) throws {
        for round in 0..<(takes.map(\.operations.count).max() ?? 0) {
            for take in takes where round < take.operations.count && take.failure == nil {
                sent += UInt64(take.perform(take.operations[round], buffer))
            }
            let deadline = MonotonicTime.now() + .seconds(20)
            while live.server.metrics.receivedBytes < sent {
                guard MonotonicTime.now() < deadline else {
                    throw TestClientError.timedOut(
                        received: "the server has read \(live.server.metrics.receivedBytes) bytes of \(sent)")
                }
                sched_yield()
            }
        }
    }

    // MARK: What came back

    private mutating func check(
        _ job: ConformanceJob, _ take: ConformanceTake, _ conformance: ConformanceCase
    ) -> String? {
        if case .whole = job.way {
        } else if let expected = whole[job.index], !expected.mayDiffer {
            if case .behind = job.way {
            } else {
                let count = conformance.closes ? Int.max : expected.bytes.count
                while take.received.count < count, take.read(buffer) {}
                if take.failure == nil, expected.isSame(take.received) { return nil }
            }
        }
        var expected = conformance.answers
        if case .behind = job.way { expected.insert(.init(status: 200, body: Array("ready".utf8)), at: 0) }
        if !conformance.closes { expected.append(.init(status: 200, body: Array("ready".utf8))) }
        do throws(ConformanceMismatch) {
            let answers = try answers(take, expected, closes: conformance.closes)
            if case .whole = job.way {
                whole[job.index] = ConformanceOutcome(
                    take.received, answers: answers, mayDiffer: expected.contains(where: \.isOptional))
            }
            return nil
        } catch {
            return error.description + (take.failure.map { " (\($0))" } ?? "")
        }
    }

    /// Reads and checks the answers one after the other, and then the end.
    private func answers(
        _ take: ConformanceTake, _ expected: [ConformanceCase.Answer], closes: Bool
    ) throws(ConformanceMismatch) -> [TestResponse] {
        var offset = 0
        var answers: [TestResponse] = []
        for (index, answer) in expected.enumerated() {
            let last = closes && index == expected.count - 1
            while true {
                let next = try ConformanceMismatch.wrapping { () throws(TestClientError) in
                    try TestResponse.parse(Array(take.received[offset...]), toHead: answer.isToHead)
                }
                if let (response, length) = next {
                    if answer.isOptional, response.status != 100 { break }
                    offset += length
                    try answer.check(response, isLast: last)
                    answers.append(response)
                    break
                }
                guard take.read(buffer) else {
                    throw ConformanceMismatch(
                        "answer \(index + 1) of \(expected.count) is missing", take.received[offset...])
                }
            }
        }
        if closes { while take.failure == nil, take.read(buffer) {} }
        guard offset == take.received.count else {
            throw ConformanceMismatch("more comes than expected", take.received[offset...])
        }
        guard take.failure == nil else { throw ConformanceMismatch("the connection does not end", []) }
        return answers
    }
}

/// One way to send one case.
struct ConformanceJob {
    enum Way: CustomStringConvertible {
        case whole, bytes, behind, followed
        case cut(step: Int, at: Int)

        var description: String {
            switch self {
            case .whole: "whole"
            case .bytes: "byte by byte"
            case .behind: "behind another request"
            case .followed: "with another request behind it"
            case .cut(let step, let offset): "cut at byte \(offset) of step \(step + 1)"
            }
        }
    }

    let index: Int
    let way: Way
    let operations: [ConformanceTake.Operation]

    init(_ index: Int, _ conformance: ConformanceCase, _ way: Way) {
        self.index = index
        self.way = way
        var operations: [ConformanceTake.Operation] = []
        for (number, step) in conformance.steps.enumerated() {
            switch step {
            case .waitForContinue: operations.append(.waitForContinue)
            case .end: operations.append(.end)
            case .send(let content):
                var bytes = content.bytes
                if case .behind = way, number == 0 { bytes = ConformanceRun.probe + bytes }
                if case .followed = way, number == conformance.steps.count - 1 { bytes += ConformanceRun.smuggled }
                var cuts: [Int] = []
                switch way {
                case .whole, .behind, .followed: break
                case .bytes: cuts = content.cuts
                case .cut(step: number, let offset): cuts = [offset]
                case .cut: break
                }
                var start = 0
                for cut in cuts + [bytes.count] {
                    operations.append(.send(bytes[start..<cut]))
                    start = cut
                }
            }
        }
        if !conformance.closes { operations.append(.send(ConformanceRun.probe[...])) }
        self.operations = operations
    }
}

/// What a case came to, with what is different each time left out.
struct ConformanceOutcome {
    let bytes: [UInt8]
    /// The parts between the values of `Date` and `X-Request-Id`.
    private let same: [Range<Int>]
    let mayDiffer: Bool

    init(_ bytes: [UInt8], answers: [TestResponse], mayDiffer: Bool) {
        self.bytes = bytes
        self.mayDiffer = mayDiffer
        let changing = Set(
            answers.flatMap { [$0.field("date"), $0.field("x-request-id")] }.compactMap { $0.map { Array($0.utf8) } })
        let lengths = Set(changing.map(\.count)).filter { $0 >= 15 }
        var same: [Range<Int>] = []
        var start = 0
        // They stand behind a space, or in the quotes of a problem.
        for index in bytes.indices.dropFirst() where bytes[index - 1] == 0x20 || bytes[index - 1] == 0x22 {
            for length in lengths where index >= start && index + length <= bytes.count {
                guard changing.contains(Array(bytes[index..<index + length])) else { continue }
                same.append(start..<index)
                start = index + length
            }
        }
        same.append(start..<bytes.count)
        self.same = same
    }

    func isSame(_ other: [UInt8]) -> Bool {
        guard other.count == bytes.count else { return false }
        return bytes.withUnsafeBytes { mine in
            other.withUnsafeBytes { theirs in
                same.allSatisfy { range in
                    guard let left = mine.baseAddress, let right = theirs.baseAddress else { return true }
                    return memcmp(left + range.lowerBound, right + range.lowerBound, range.count) == 0
                }
            }
        }
    }
}

/// An answer that is not as the case says.
struct ConformanceMismatch: Error, CustomStringConvertible {
    let description: String

    init(_ message: String, _ bytes: ArraySlice<UInt8> = []) {
        description =
            bytes.isEmpty
            ? message : "\(message): \(String(decoding: bytes.prefix(300), as: UTF8.self).debugDescription)"
    }

    static func wrapping<Value>(_ body: () throws(TestClientError) -> Value) throws(ConformanceMismatch) -> Value {
        do throws(TestClientError) {
            return try body()
        } catch {
            throw ConformanceMismatch("\(error)")
        }
    }
}

extension ConformanceCase.Answer {
    /// What the case says, and what every answer has to be.
    func check(_ response: TestResponse, isLast: Bool) throws(ConformanceMismatch) {
        guard response.status == status else {
            throw ConformanceMismatch("\(status) expected, found \(response.status) \(response.text)")
        }
        if status == 100 {
            guard response.fields.isEmpty else { throw ConformanceMismatch("an interim answer with fields") }
            return
        }
        if let body, response.body != body {
            throw ConformanceMismatch("the content is \(response.text.debugDescription)")
        }
        for (name, value) in fields where response.field(name) != value || response.count(of: name) != 1 {
            throw ConformanceMismatch("\(name) is \(response.field(name) ?? "not there"), \(value) expected")
        }
        for name in absent where response.count(of: name) > 0 { throw ConformanceMismatch("\(name) is there") }
        // RFC 9110 §6.6.1, §8.6, §15.5.6, RFC 9112 §6.1, §9.6.
        guard response.count(of: "date") == 1, let date = response.field("date"), Self.isDate(date) else {
            throw ConformanceMismatch("Date is not one date")
        }
        let lengths = response.count(of: "content-length")
        guard lengths == (status == 204 || status == 304 ? 0 : 1) else {
            throw ConformanceMismatch("\(lengths) Content-Length")
        }
        guard response.count(of: "transfer-encoding") == 0 else { throw ConformanceMismatch("a transfer coding") }
        guard (response.count(of: "allow") > 0) == (status == 405) || status == 204 else {
            throw ConformanceMismatch("Allow stands where it should not, or not where it should")
        }
        guard response.field("connection") == "close" || !isLast else {
            throw ConformanceMismatch("the last answer does not say that it is")
        }
        guard response.field("connection") != "close" || isLast else {
            throw ConformanceMismatch("an answer says that it is the last, and is not")
        }
        guard response.count(of: "x-request-id") == 1 else {
            throw ConformanceMismatch("X-Request-Id is not there once")
        }
        let isOwn = fields.contains { $0.name.lowercased() == "content-type" }
        guard status < 400 || isOwn || response.field("content-type") == "application/problem+json" else {
            throw ConformanceMismatch("an error in another form")
        }
    }

    /// IMF-fixdate (RFC 9110 §5.6.7).
    private static func isDate(_ text: String) -> Bool {
        let shape = "Aaa, 00 Aaa 0000 00:00:00 GMT"
        guard text.utf8.count == shape.utf8.count else { return false }
        return zip(text.utf8, shape.utf8).allSatisfy { found, wanted in
            switch wanted {
            case UInt8(ascii: "0"): (0x30...0x39).contains(found)
            case UInt8(ascii: "A"): (0x41...0x5a).contains(found)
            case UInt8(ascii: "a"): (0x61...0x7a).contains(found)
            default: found == wanted
            }
        }
    }
}
