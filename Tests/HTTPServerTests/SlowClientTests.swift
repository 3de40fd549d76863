// Hundreds of slow clients of each kind that there are tools for, beside one that behaves. script/slow-clients does the same
// with slowhttptest against the real program.

import HTTPServer
import Platform
import TestSupport
import Testing

@Suite(.serialized) struct `Hundreds of slow clients` {
    enum Kind: String, CaseIterable {
        case headers, body, ranges, reading

        /// What each of them begins with.
        var beginning: String {
            switch self {
            case .headers: "GET /ready HTTP/1.1\r\nHost: h\r\nX: "
            case .body: "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 8192\r\n\r\n"
            case .ranges:
                "GET /artifact HTTP/1.1\r\nHost: h\r\nRange: bytes=0-"
                    + (1...1_300).map { ",5-\($0)" }.joined() + "\r\n\r\n"
            case .reading:
                String(repeating: "GET /big/400000 HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n\r\n", count: 3)
            }
        }

        /// What each of them sends from time to time.
        var trickle: String {
            switch self {
            case .headers, .body: "x"
            case .ranges: beginning
            case .reading: ""
            }
        }
    }

    @Test(arguments: Kind.allCases) func `do not delay one that behaves`(_ kind: Kind) throws {
        // Nobody runs out of time, however busy the machine is: what time-outs do is tested elsewhere.
        try withServer(limits: ConformanceRun.limits) { live in
            let good = try live.client.connect()
            let quiet = try Self.median(good)
            let attackers = try (0..<300).map { _ in
                try RawConnection(live.endpoint, receiveBufferBytes: kind == .reading ? 2_048 : nil)
            }
            for attacker in attackers { try attacker.send(kind.beginning) }
            #expect(eventually { live.server.metrics.openConnections == 301 })
            let attacked = try Self.median(good) {
                // Each of them gets its turn while the good one is measured.
                for attacker in attackers where !kind.trickle.isEmpty { try? attacker.send(kind.trickle) }
            }
            // Waiting for one of 300 at a time would be far beyond this; the machine may be busy otherwise.
            #expect(attacked < 40 * quiet, "\(attacked) ns at the median, and \(quiet) ns without them")
            #expect(live.server.metrics.openConnections == 301, "nobody was given up meanwhile")
        }
    }

    /// The median time of an answer in nanoseconds, over five rounds with something before each.
    private static func median(_ connection: RawConnection, _ between: () throws -> Void = {}) throws -> UInt64 {
        var times: [UInt64] = []
        for _ in 0..<5 {
            try between()
            for _ in 0..<40 {
                let began = MonotonicTime.now()
                try connection.send(TestClient.bytes("GET", "/ready"))
                #expect(try connection.readResponse().text == "ready")
                times.append(MonotonicTime.now().nanoseconds - began.nanoseconds)
            }
        }
        return times.sorted()[times.count / 2]
    }
}
