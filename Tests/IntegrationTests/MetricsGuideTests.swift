import Foundation
import TestSupport
import Testing

@Suite("The guide and the metrics", .timeLimit(.minutes(3)))
struct MetricsGuideTests {
    /// The names that a metrics text declares.
    private static func names(_ text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.compactMap {
                $0.split(separator: " ").dropFirst(2).first.map { String($0) }
            })
    }

    /// The names of metrics that the guide's chapter has.
    private static func documented() throws -> Set<String> {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let guide = try String(contentsOf: root.appending(path: "docs/operating.md"), encoding: .utf8)
        let chapter = try #require(guide.components(separatedBy: "\n## Metrics\n").last)
            .components(separatedBy: "\n## ")[0]
        return Set(
            chapter.split(separator: "`").enumerated().filter { !$0.offset.isMultiple(of: 2) }.map {
                String($0.element)
            }
            .filter { word in ["http_", "tls_", "numbers_", "middleware_"].contains { word.hasPrefix($0) } })
    }

    @Test("Every metric of both servers is in the guide, and the guide names none that is not served")
    func complete() throws {
        let documented = try Self.documented()
        let folder = try TestFolder()
        let authority = try StubCertificate.authority()
        let made = try StubCertificate(names: "DNS:a.test", issuer: authority)
        let secure = [
            "--tls-certificate", try folder.write("a.pem", made.certificate), "--tls-key",
            try folder.write("a.key", made.key),
        ]
        let lookup = try LookupFixture(secure, folder: folder)
        try lookup.nocli(
            "supplier", "add", "one", "--url", "https://supplier.example/{e164}", "--plain", "--price-micros", "1")
        func overTLS() throws -> String {
            let connection = try SecureConnection(
                lookup.client.endpoint, TLSClient(authority: authority, name: "a.test"))
            try connection.send(TestClient.bytes("GET", "/metrics"))
            return try connection.readResponse().text
        }
        #expect(
            try lookup.eventually {
                let text = try overTLS()
                return text.contains("numbers_supplier_breaker{") && text.contains("numbers_database_bytes")
            })
        let middleware = try MiddlewareFixture()
        #expect(try middleware.eventually { try middleware.get("/metrics").text.contains("numbers_database_bytes") })
        let served = Self.names(try overTLS()).union(Self.names(try middleware.get("/metrics").text))
        #expect(served.subtracting(documented).sorted() == [], "in the guide")
        #expect(documented.subtracting(served).sorted() == [], "served")
    }

    @Test("The room of the database is told, and grows with it")
    func space() throws {
        let fixture = try LookupFixture()
        func value(_ name: String) throws -> Int? {
            try fixture.client.get("/metrics").text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
                .flatMap { Int($0.split(separator: " ").last ?? "") }
        }
        #expect(try fixture.eventually { try value("numbers_database_bytes") ?? 0 > 0 })
        #expect(try value("numbers_database_disk_free_bytes") ?? 0 > 0)
        let before = try #require(try value("numbers_database_bytes"))
        try fixture.importNames((0..<2_000).map { "+1202555\(1_000 + $0),Harbor Light Books,2026-01-15\n" }.joined())
        #expect(try fixture.eventually { try value("numbers_database_bytes") ?? 0 > before + 20_000 })
    }
}
