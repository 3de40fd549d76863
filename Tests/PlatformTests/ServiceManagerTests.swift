import Glibc
import Platform
import TestSupport
import Testing

@Suite struct `A service manager` {
    @Test(arguments: [false, true]) func `is told what happens`(_ isAbstract: Bool) throws {
        let folder = try TestFolder()
        let name = (isAbstract ? "@" : "") + folder.file("notify")
        let descriptor = FileDescriptor(owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0))
        let address = try #require(UnixSocketAddress(name))
        #expect(address.withAddress { bind(descriptor.rawValue, $0, $1) } == 0)
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": name], processID: getpid())
        manager.tell(.ready)
        manager.tell(.stopping)
        for expected in ["READY=1", "STOPPING=1"] {
            var bytes = [UInt8](repeating: 0, count: 100)
            let count = recv(descriptor.rawValue, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == expected)
        }
    }

    @Test(arguments: [[:], ["NOTIFY_SOCKET": "relative"], ["NOTIFY_SOCKET": "/nowhere/at/all"], ["NOTIFY_SOCKET": ""]])
    func `that is not there is not missed`(_ environment: [String: String]) {
        ServiceManager(environment: environment, processID: 1).tell(.ready)
    }

    @Test(
        arguments: [
            (["LISTEN_PID": "7", "LISTEN_FDS": "1"], 1), (["LISTEN_PID": "7", "LISTEN_FDS": "2"], 2),
            (["LISTEN_PID": "8", "LISTEN_FDS": "1"], 0), (["LISTEN_FDS": "1"], 0), (["LISTEN_PID": "7"], 0),
            (["LISTEN_PID": "7", "LISTEN_FDS": "-1"], 0), (["LISTEN_PID": "7", "LISTEN_FDS": "x"], 0),
        ])
    func `hands sockets to the process that it names`(_ environment: [String: String], _ count: Int) {
        #expect(ServiceManager(environment: environment, processID: 7).socketCount == count)
    }
}
