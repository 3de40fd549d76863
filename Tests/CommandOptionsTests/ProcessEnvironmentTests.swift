import CommandOptions
import Testing

@Suite struct ProcessEnvironmentTests {
    @Test("variables end at NUL, split at the first equals sign, and the first of a name counts")
    func parsing() {
        let text = "A=1\0B=x=y\0C=\0A=2\0broken\0\0=odd\0"
        #expect(
            ProcessEnvironment.parse(Array(text.utf8)) == ["A": "1", "B": "x=y", "C": "", "": "odd"])
        #expect(ProcessEnvironment.parse([]) == [:])
    }

    @Test("the process's own variables are found")
    func current() {
        #expect(ProcessEnvironment.current()["PATH"] != nil)
    }
}
