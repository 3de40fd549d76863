// The line of a host, with callers that give up.

import HTTPWire
import Platform
import Testing

@testable import HTTPClient

@Suite struct HostPlacesTests {
    private func call(_ id: UInt64) async throws -> Call {
        let request = try CheckedRequest(ClientRequest(.get, "http://crm.test/"))
        // Nobody waits for these calls: their continuation has been resumed already.
        var kept: CheckedContinuation<Submission.Outcome, Never>?
        _ = await withCheckedContinuation { continuation in
            kept = continuation
            continuation.resume(returning: .failure(ClientError(.cancelled, "")))
        }
        return Call(
            Submission(
                id: id, request: request, deadline: .init(nanoseconds: .max), isCancelled: Flag(),
                continuation: try #require(kept)), startedAt: .init(nanoseconds: 0))
    }

    @Test func `callers that give up do not pile up behind those that wait, and nobody loses his turn`() async throws {
        let places = HostPlaces()
        let first = try await call(1)
        let last = try await call(2)
        places.append(first)
        var most = 0
        for id in 0..<1_000 {
            let call = try await call(UInt64(id + 10))
            places.append(call)
            if id == 500 { places.append(last) }
            call.stage = .ended
            places.forgetOne()
            most = max(most, places.lineCount)
        }
        #expect(places.waitingCount == 2)
        #expect(most <= 2 * 2 + HostPlaces.endedMax + 2)
        #expect(places.next() === first)
        #expect(places.next() === last)
        #expect(places.next() == nil)
    }
}
