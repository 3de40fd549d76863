import HTTPServer
import Platform
import TestSupport
import Testing

@Suite struct ListeningPlaceTests {
    private func local() throws -> ListenAddress { .tcp(try #require(SocketEndpoint("127.0.0.1:0"))) }

    @Test("a place is taken from the beginning and free again when it goes", arguments: [1, 3])
    func taken(loops: Int) throws {
        var place: ListeningPlace? = try ListeningPlace(local(), manager: nil, loopCount: loops)
        let address = try #require(place?.address)
        #expect(address.endpoint?.port != 0)
        #expect(throws: SystemError.self) { try ListeningPlace(address, manager: nil, loopCount: loops) }
        place = nil
        #expect(throws: Never.self) { try ListeningPlace(address, manager: nil, loopCount: loops) }
    }
}
