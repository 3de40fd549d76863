import CRMTemplate
import Testing

@Suite struct VariableScopeTests {
    private func variable(_ text: String, _ origins: Origins = .data) -> Variable { Variable(.text(text), origins) }

    @Test func `a child sees its parent and shadows it`() {
        var parent = VariableScope()
        parent.set("A", variable("1"))
        parent.set("B", variable("2"))
        var child = parent.child()
        child.set("A", variable("3"))
        #expect(child["A"]?.value == .text("3"))
        #expect(child["B"]?.value == .text("2"))
        #expect(parent["A"]?.value == .text("1"))
        parent.set("B", variable("4"))
        parent.set("C", variable("5"))
        #expect(child["B"]?.value == .text("2"), "a child sees what was there when it was made")
        #expect(child["C"] == nil)
        #expect(child.child().child()["A"]?.value == .text("3"))
    }

    @Test func `the exact case wins in whatever frame, else the innermost`() {
        var outer = VariableScope()
        outer.set("name", variable("exact"))
        outer.set("KEY", variable("outer"))
        var inner = outer.child()
        inner.set("NAME", variable("other"))
        inner.set("Key", variable("inner"))
        #expect(inner["name"]?.value == .text("exact"))
        #expect(inner["NAME"]?.value == .text("other"))
        #expect(inner["Name"]?.value == .text("other"))
        #expect(inner["key"]?.value == .text("inner"))
        #expect(inner["KEY"]?.value == .text("outer"))
        #expect(inner["Ke"] == nil)
        #expect(inner[""] == nil)
    }

    @Test func `names that differ in case are two variables`() {
        var scope = VariableScope()
        scope.set("a", variable("1"))
        scope.set("A", variable("2"))
        scope.set("a", variable("3"))
        #expect(scope.names == ["a", "A"])
        #expect(scope["a"]?.value == .text("3"))
        #expect(scope["A"]?.value == .text("2"))
    }

    @Test func `case is left aside beyond ASCII too`() {
        var scope = VariableScope()
        scope.set("Größe", variable("1"))
        #expect(scope["GRÖßE"]?.value == .text("1"))
        #expect(scope["größe"]?.value == .text("1"))
        #expect(scope["grosse"] == nil)
    }

    @Test(arguments: [
        ("EscapedNumber", "%2B43%201", Origins.data), ("escapednumber", "%2B43%201", .data),
        ("ESCAPEDNUMBER", "%2B43%201", .data), ("EscapedKey", "a%26b", .secret), ("EscapedOwn", "own", .parameter),
    ]) func `Escaped before a name escapes its text`(name: String, expected: String, origins: Origins) {
        var scope = VariableScope()
        scope.set("Number", variable("+43 1"))
        scope.set("Key", variable("a&b", .secret))
        scope.set("Own", variable("not this"))
        scope.set("EscapedOwn", variable("own", .parameter))
        #expect(scope[name]?.value == .text(expected))
        #expect(scope[name]?.origins == origins)
    }

    @Test(
        arguments: [
            ("", nil), ("Escaped", nil), ("Number", nil), ("EscapeNumber", nil), ("UnescapedNumber", nil),
            ("EscapedNumber", "Number"), ("eSCAPEDx", "x"), ("EscapedÄ", "Ä"),
        ] as [(String, String?)])
    func `the escaped name is what follows`(name: String, expected: String?) {
        #expect(VariableScope.escapedName(in: name) == expected)
    }

    @Test func `names are told once, outer frames first`() {
        var scope = VariableScope()
        scope.set("b", variable(""))
        scope.set("a", variable(""))
        var child = scope.child()
        child.set("c", variable(""))
        child.set("b", variable(""))
        #expect(child.names == ["b", "a", "c"])
        #expect(VariableScope().names == [])
        #expect(VariableScope().child().names == [])
    }

    @Test func `many variables are found`() {
        var scope = VariableScope()
        for frame in 0..<32 {
            for index in 0..<64 { scope.set("V\(frame)x\(index)", variable("\(frame * index)")) }
            scope = scope.child()
        }
        for frame in 0..<32 {
            for index in 0..<64 {
                #expect(scope["v\(frame)X\(index)"]?.value == .text("\(frame * index)"))
            }
        }
        #expect(scope.names.count == 2_048)
    }

    @Test(arguments: [
        ("", ""), ("abcXYZ019-._~", "abcXYZ019-._~"), (" ", "%20"), ("+", "%2B"),
        ("/?#[]@!$&'()*,;=:", "%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2C%3B%3D%3A"), ("é", "%C3%A9"),
        ("😀", "%F0%9F%98%80"), ("\0\r\n\"<>%", "%00%0D%0A%22%3C%3E%25"),
    ]) func `RFC 3986 leaves unreserved characters alone`(text: String, expected: String) {
        #expect(text.escapedAsURIComponent == expected)
    }
}
