import CRMTemplate
import Testing

@Suite struct ResponsePathTests {
    @Test(arguments: [
        ("", []), ("  ", []), ("a", ["a"]), (" people.id\n", ["people", "id"]), ("a..b", ["a", "", "b"]),
        ("pictures.128", ["pictures", "128"]),
    ]) func `a path is names joined by dots`(text: String, segments: [String]) {
        #expect(ResponsePath(text).segments == segments)
    }
}
