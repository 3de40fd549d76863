import Platform
import Testing

@Suite struct `A listen address` {
    @Test(
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1:8080"), ("[::1]:0", "[::1]:0"), ("localhost:1", "127.0.0.1:1"),
            ("unix:/run/x.sock", "unix:/run/x.sock"), ("systemd", "systemd"),
            ("unix:/" + String(repeating: "a", count: 106), "unix:/" + String(repeating: "a", count: 106)),
        ])
    func `is read`(_ text: String, _ description: String) { #expect(ListenAddress(text)?.description == description) }

    @Test(
        arguments: [
            "", "unix:", "unix:x.sock", "unix:./x.sock", "unix:/run/", "unix:/", "unix:/a\0b", "Systemd", "systemd:",
            "8080",
            "127.0.0.1", "http://127.0.0.1:80", "unix:/" + String(repeating: "a", count: 107),
        ])
    func `is nothing else`(_ text: String) { #expect(ListenAddress(text) == nil) }
}
