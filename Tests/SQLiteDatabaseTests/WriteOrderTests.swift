import Platform
import SQLiteDatabase
import Synchronization
import Testing

/// What orders are written for: keeps in which groups they came.
private final class Clerk: Sendable {
    /// The groups, in order.
    let groups = Monitor<[[Int64]]>([])
    /// Orders that it throws at.
    let refused: Set<Int64>

    init(refused: Set<Int64> = []) { self.refused = refused }
}

/// A pair of rows that is written together with others.
private final class PairOrder: WriteOrder {
    let job: Int64
    let clerk: Clerk
    let waiter: UnsafeContinuation<Result<Int64, WriteFailure>, Never>

    init(_ job: Int64, _ clerk: Clerk, _ waiter: UnsafeContinuation<Result<Int64, WriteFailure>, Never>) {
        self.job = job
        self.clerk = clerk
        self.waiter = waiter
    }

    static func perform(_ orders: [any WriteOrder], on connection: Connection) throws(DatabaseError) {
        let pairs = orders.compactMap { $0 as? PairOrder }
        guard let clerk = pairs.first?.clerk, pairs.count == orders.count else {
            preconditionFailure("an order of another kind")
        }
        clerk.groups.withLock { $0.append(pairs.map(\.job)) }
        for pair in pairs {
            try Samples.insertPair(pair.job, on: connection)
            if clerk.refused.contains(pair.job) { throw DatabaseError(extendedCode: 1, message: "on purpose") }
        }
    }

    func answer(_ failure: WriteFailure?) {
        waiter.resume(returning: failure.map { .failure($0) } ?? .success(job * 10))
    }
}

extension WriterFixture {
    fileprivate func order(_ job: Int64, _ clerk: Clerk, within milliseconds: Int = 10_000) async -> Result<
        Int64, WriteFailure
    > {
        await withUnsafeContinuation {
            writer.add(PairOrder(job, clerk, $0), deadline: after(milliseconds: milliseconds))
        }
    }
}

@Suite(.timeLimit(.minutes(3))) struct WriteOrderTests {
    /// Hands in `orders` (negative ones are jobs with a body of their own) while a sync is held up, so that they wait together.
    private func together(
        _ orders: [Int64], _ clerk: Clerk, _ fixture: WriterFixture
    ) async throws -> [Result<Int64, WriteFailure>] {
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
                        : await fixture.order(order, clerk)
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
        let result = await fixture.order(5, clerk)
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
        #expect(await fixture.insert(1_000) == .success(1_000))
        fixture.disk.stallSyncs(milliseconds: 60_000)
        let first = Task { await fixture.insert(1_001) }
        await fixture.disk.untilStalled()
        let kept = Task { await fixture.order(1, clerk) }
        let late = await fixture.order(2, clerk, within: 30)
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
            let results = await withTaskGroup(of: (Int64, Result<Int64, WriteFailure>).self) { group in
                for order in 1...8 as ClosedRange<Int64> {
                    group.addTask {
                        (order, await fixture.order(order, clerk))
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
