import Platform
import SQLiteDatabase
import Synchronization
import Testing

/// A body that many orders share, and what it was handed.
private final class Clerk: Sendable {
    /// The sizes of the groups, in order.
    let groups = Monitor<[[Int64]]>([])
    /// Orders that it throws at.
    let refused: Set<Int64>

    init(refused: Set<Int64> = []) { self.refused = refused }

    var body: SharedWrite<Int64, Int64> {
        SharedWrite { [self] orders, connection throws(DatabaseError) in
            groups.withLock { $0.append(orders) }
            for order in orders {
                try Samples.insertPair(order, on: connection)
                if refused.contains(order) { throw DatabaseError(extendedCode: 1, message: "on purpose") }
            }
            return orders.map { $0 * 10 }
        }
    }
}

@Suite(.timeLimit(.minutes(3))) struct SharedWriteTests {
    /// Hands in `orders` (negative ones with a body of their own) while a sync is held up, so that they wait together.
    private func together(
        _ orders: [Int64], _ clerk: Clerk, _ fixture: WriterFixture
    ) async throws -> [Result<Int64, WriteFailure>] {
        let body = clerk.body
        #expect(await fixture.insert(1_000) == .success(1_000))
        fixture.disk.stallSyncs(milliseconds: 60_000)
        let first = Task { await fixture.insert(1_001) }
        await fixture.disk.untilStalled()
        var tasks: [Task<Result<Int64, WriteFailure>, Never>] = []
        for order in orders {
            tasks.append(
                Task {
                    order < 0
                        ? await fixture.insert(order)
                        : await fixture.writer.write(order, to: body, deadline: after(milliseconds: 10_000))
                })
            // One after the other, so that their order is known.
            while fixture.writer.metrics.queueDepth < tasks.count { try await Task.sleep(for: .milliseconds(1)) }
        }
        fixture.disk.release()
        #expect(await first.value == .success(1_001))
        var results: [Result<Int64, WriteFailure>] = []
        for task in tasks { results.append(await task.value) }
        return results
    }

    @Test func `a lone order is a group of one`() async throws {
        let fixture = try WriterFixture()
        let clerk = Clerk()
        let result = await fixture.writer.write(5, to: clerk.body, deadline: after(milliseconds: 10_000))
        #expect(result == .success(50))
        #expect(clerk.groups.withLock { $0 } == [[5]])
        #expect(try fixture.pairs() == [5: 2])
        #expect(fixture.stop())
    }

    @Test func `orders that wait are handed over together, each with its own answer`() async throws {
        let fixture = try WriterFixture()
        let clerk = Clerk()
        let results = try await together([1, 2, 3, 4, 5], clerk, fixture)
        #expect(results == [10, 20, 30, 40, 50].map { .success($0) })
        #expect(clerk.groups.withLock { $0 } == [[1, 2, 3, 4, 5]])
        #expect(try fixture.pairs().count == 7)
        #expect(fixture.stop())
    }

    @Test func `what waits between them keeps its place`() async throws {
        let fixture = try WriterFixture()
        let clerk = Clerk()
        let results = try await together([1, 2, -3, 4, -5, -6, 7, 8], clerk, fixture)
        #expect(results == [10, 20, -3, 40, -5, -6, 70, 80].map { .success($0) })
        #expect(clerk.groups.withLock { $0 } == [[1, 2], [4], [7, 8]])
        #expect(fixture.stop())
    }

    @Test(
        "an order that throws fails alone, and nothing of it stays",
        arguments: [[1], [3], [5], [1, 5], [1, 2, 3, 4, 5]])
    func refusal(refused: [Int64]) async throws {
        let fixture = try WriterFixture()
        let clerk = Clerk(refused: Set(refused))
        let results = try await together([1, 2, 3, 4, 5, -9], clerk, fixture)
        let failure = WriteFailure.failed(DatabaseError(extendedCode: 1, message: "on purpose"))
        for (order, result) in zip([1, 2, 3, 4, 5] as [Int64], results) {
            #expect(result == (refused.contains(order) ? .failure(failure) : .success(order * 10)))
        }
        #expect(results.last == .success(-9))
        // Together once, then each by itself.
        #expect(clerk.groups.withLock { $0 } == [[1, 2, 3, 4, 5]] + (1...5 as ClosedRange<Int64>).map { [$0] })
        let kept = Set((1...5 as ClosedRange<Int64>).filter { !refused.contains($0) } + [-9, 1_000, 1_001])
        #expect(Set(try fixture.pairs().keys) == kept)
        #expect(fixture.stop())
    }

    @Test func `an order whose time is up is not handed over`() async throws {
        let fixture = try WriterFixture()
        let clerk = Clerk()
        let body = clerk.body
        #expect(await fixture.insert(1_000) == .success(1_000))
        fixture.disk.stallSyncs(milliseconds: 60_000)
        let first = Task { await fixture.insert(1_001) }
        await fixture.disk.untilStalled()
        let kept = Task { await fixture.writer.write(1, to: body, deadline: after(milliseconds: 10_000)) }
        let late = await fixture.writer.write(2, to: body, deadline: after(milliseconds: 30))
        #expect(late == .failure(.timedOut(mayCommit: false)))
        fixture.disk.release()
        _ = await first.value
        #expect(await kept.value == .success(10))
        #expect(clerk.groups.withLock { $0 } == [[1]])
        #expect(fixture.stop())
    }

    @Test("whatever write or sync fails, an order that is answered is there whole, and one that failed is not")
    func failingDisk() async throws {
        for k in 1...40 {
            let fixture = try WriterFixture()
            let clerk = Clerk()
            #expect(await fixture.insert(1_000) == .success(1_000))
            fixture.disk.fail(.both, at: k, once: true, .inputOutput)
            let body = clerk.body
            let results = await withTaskGroup(of: (Int64, Result<Int64, WriteFailure>).self) { group in
                for order in 1...8 as ClosedRange<Int64> {
                    group.addTask {
                        (order, await fixture.writer.write(order, to: body, deadline: after(milliseconds: 10_000)))
                    }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            fixture.disk.recover()
            #expect(fixture.stop())
            let pairs = try fixture.pairs()
            for (order, result) in results {
                #expect((pairs[order] ?? 0) == (result == .success(order * 10) ? 2 : 0), "k = \(k), order \(order)")
            }
        }
    }
}
