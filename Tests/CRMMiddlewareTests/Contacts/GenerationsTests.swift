import Testing

@testable import CRMMiddleware

@Suite struct GenerationsTests {
    @Test(arguments: [1, 3, 4, 5, 6, 7, 100])
    func `there are never more values than the bound, and the last ones stay`(_ inserted: Int) {
        var table = Generations<Int, Int>(countMax: 6, costMax: .max)
        for index in 0..<inserted { table.insert(index, cost: 1, for: index) }
        #expect(table.count <= 6 && table.count >= min(inserted, 2))
        #expect(table.find(inserted - 1) == inserted - 1)
    }

    @Test func `what is asked for again stays, what is not goes, and each one that goes is told of`() {
        final class Log { var dropped: [Int] = [] }
        let log = Log()
        var table = Generations<Int, Int>(countMax: 4, costMax: .max) { log.dropped.append($0) }
        for index in 0..<40 {
            table.insert(index, cost: 1, for: index)
            #expect(table.find(0) == 0)
        }
        #expect(table.count <= 4)
        #expect(!log.dropped.contains(0) && Set(log.dropped).count == log.dropped.count)
        #expect(log.dropped.count + table.count == 40)
    }

    @Test func `cost is kept within its bound, and is what the values cost together`() {
        var table = Generations<Int, Int>(countMax: 1_000, costMax: 100)
        for index in 0..<200 {
            table.insert(index, cost: index % 7, for: index % 50)
            #expect(table.cost <= 106)
        }
        table.insert(1, cost: 1_000, for: 1)
        #expect(table.cost == 0 && table.count == 0)
        table.insert(1, cost: 5, for: 1)
        table.insert(2, cost: 7, for: 1)
        #expect(table.cost == 7 && table.find(1) == 2)
        table.remove(1)
        #expect(table.cost == 0 && table.find(1) == nil)
    }
}
