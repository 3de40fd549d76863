// What of `tracestate` is passed on (W3C Trace Context §3.3).

import HTTPWire
import Testing

@Suite struct `The notes of other systems on a trace` {
    private static func members(_ count: Int, valueBytes: Int = 1) -> String {
        (0..<count).map { "k\($0)=" + String(repeating: "v", count: valueBytes) }.joined(separator: ",")
    }

    @Test(arguments: [
        "", "a=1", "a=1,b=2", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "0a@b=x", "a_-*/9=!~", "a= 1", "a=1 2",
        members(32), "k=" + String(repeating: "v", count: 256), String(repeating: "k", count: 256) + "=" + "v",
    ])
    func `are passed on as they came`(_ text: String) { #expect(TraceState.passedOn([text]) == text) }

    @Test(arguments: [
        (["a=1 ,\tb=2"], "a=1,b=2"), (["a=1,,b=2,"], "a=1,b=2"), (["a=1", "b=2"], "a=1,b=2"), (["", "a=1"], "a=1"),
        ([",", " "], ""), ([], ""),
    ])
    func `are one list, in order`(_ fields: [String], _ expected: String) {
        #expect(TraceState.passedOn(fields) == expected)
    }

    @Test(arguments: [
        "a", "=1", "a=", "A=1", "a b=1", "_a=1", "-=1", "a=1=2", "a=\u{1}", "a=é", "é=1", "a=1\u{7f}", "a=1;b",
        members(33), "k=" + String(repeating: "v", count: 257), String(repeating: "k", count: 257) + "=v",
        "good=1,bad",
    ])
    func `are dropped when they are malformed in one place`(_ text: String) {
        // A semicolon is a character of a value like any other.
        #expect(TraceState.passedOn([text]) == (text == "a=1;b" ? text : ""))
    }

    @Test func `are cut to 512 characters, long members first, then from the end`() {
        let long = "long=" + String(repeating: "v", count: 124)
        let edge = "edge=" + String(repeating: "v", count: 123)
        #expect(long.utf8.count == 129 && edge.utf8.count == 128)
        #expect(TraceState.passedOn([[long, edge, edge, "a=1"].joined(separator: ",")]).hasPrefix("long="))
        let all = [edge, long, edge, edge, "a=1"].joined(separator: ",")
        #expect(all.utf8.count > 512)
        #expect(TraceState.passedOn([all]) == [edge, edge, edge, "a=1"].joined(separator: ","))
        let even = Self.members(26, valueBytes: 17)
        #expect(even.utf8.count > 512)
        let cut = TraceState.passedOn([even])
        #expect(even.hasPrefix(cut + ",") && cut.utf8.count <= 512 && cut.utf8.count > 512 - 22)
        // The limit itself.
        let whole = [edge, edge, edge, "x=" + String(repeating: "v", count: 512 - 3 * 129 - 2)].joined(separator: ",")
        #expect(whole.utf8.count == 512 && TraceState.passedOn([whole]) == whole)
        #expect(TraceState.passedOn([whole + "v"]) == [edge, edge, edge].joined(separator: ","))
    }
}
