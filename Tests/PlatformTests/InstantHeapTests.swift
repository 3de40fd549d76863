import Platform
import Testing

@Suite struct InstantHeapTests {
    @Test func `entries come out in the order of their instants, whatever order they went in`() {
        var random = SystemRandomNumberGenerator()
        var heap = InstantHeap()
        var model: [UInt64] = []
        for turn in 0..<2_000 {
            if model.isEmpty || turn % 3 != 2 {
                let time = UInt64.random(in: 0..<500, using: &random)
                heap.insert(MonotonicTime(nanoseconds: time), time)
                model.append(time)
            } else {
                #expect(heap.removeFirst()?.instant.nanoseconds == model.min())
                if let least = model.min(), let index = model.firstIndex(of: least) { model.remove(at: index) }
            }
            #expect(heap.count == model.count)
            #expect(heap.first?.instant.nanoseconds == model.min())
        }
        heap.keep { $0 % 2 == 0 }
        for time in model.filter({ $0 % 2 == 0 }).sorted() { #expect(heap.removeFirst()?.id == time) }
        #expect(heap.removeFirst() == nil)
    }
}
