import Platform
import Testing

@Suite struct TraceContextTests {
    @Test("work that is begun for a request stays in its trace, a detached task alone does not")
    func detached() async {
        let trace = TraceContext(traceHigh: 1, traceLow: 2, flags: 1, state: "a=1")
        #expect(TraceContext.current == nil)
        #expect(await TraceContext.detached { TraceContext.current }.value == nil)
        await TraceContext.$current.withValue(trace) {
            #expect(await TraceContext.detached { TraceContext.current }.value == trace)
            #expect(await Task.detached { TraceContext.current }.value == nil)
        }
    }
}
