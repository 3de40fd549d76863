import HTTPClient
import Platform
import Testing

@Suite struct NetworkGuardTests {
    @Test func `what the operator opened is kept`() throws {
        let block = try #require(NetworkBlock("10.0.0.0/8"))
        #expect(NetworkGuard(allowed: [block]).allowed == [block])
    }
}
