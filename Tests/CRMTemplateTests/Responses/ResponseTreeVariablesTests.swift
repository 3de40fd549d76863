import CRMTemplate
import Testing

@Suite struct ResponseTreeVariablesTests {
    @Test(arguments: [
        ("Any result.firstName", "result.lastName", "", ["Bravo", "Lecter"]),
        (
            "Any result.firstName", "result.communicationItems.value", "Equals Direct result.communicationItems.name",
            ["123456", "+1123456"]
        ),
        (
            "Any result.firstName", "result.communicationItems.value", "Equals Cell result.communicationItems.name",
            ["987654", "-"]
        ),
        (
            "Any result.firstName", "result.communicationItems.value", "Equals Email result.communicationItems.type",
            ["johnny@example.com", "-"]
        ),
        // Several pass: the first.
        (
            "Any result.firstName", "result.communicationItems.value", "Equals Phone result.communicationItems.type",
            ["123456", "+1123456"]
        ),
        (
            "Any result.firstName", "result.communicationItems.value",
            "Equals Email result.communicationItems.type|Equals Cell result.communicationItems.name",
            ["johnny@example.com", "-"]
        ),
        // Several without a filter: nothing.
        (
            "Any result.firstName", "result.communicationItems.value", "",
            ["-!several values and no Filter", "+1123456"]
        ),
        // The record's own arrays are chosen from.
        (
            "Any result.communicationItems.value", "result.communicationItems.name", "",
            ["Direct", "Email", "Cell", "Direct"]
        ),
        (
            "Any result.communicationItems.value", "result.companyName", "",
            ["Bravo Ltd", "Bravo Ltd", "Bravo Ltd", "Lecter Inc"]
        ),
    ]) func `the example of the documentation gives its values`(
        rule: String, path: String, filter: String, values: [String]
    ) throws {
        #expect(try Answers.values(Answers.people, rule, path, filter) == values)
    }

    @Test(arguments: [
        (#"{"a":"x"}"#, "x"), (#"{"a":""}"#, ""), (#"{"a":null}"#, "-"), (#"{}"#, "-"), (#"{"a":true}"#, "True"),
        (#"{"a":false}"#, "False"), (#"{"a":1.50}"#, "#1.50"), (#"{"a":-0}"#, "#-0"),
        (#"{"a":12345678901234567890123}"#, "#12345678901234567890123"), (#"{"a":1E+2}"#, "#1E+2"),
        (#"{"a":"a\n\u00e9\ud83d\ude00\/\"\\"}"#, "a\né😀/\"\\"), (#"{"a":"\ud83d"}"#, "\u{FFFD}"),
        (#"{"a":"\ude00\ud83d"}"#, "\u{FFFD}\u{FFFD}"), (#"{"a":{"b":1}}"#, "-!an object stands there, and no value"),
        (#"{"a":{}}"#, "-!an object stands there, and no value"), (#"{"a":[]}"#, "-"), (#"{"a":["x"]}"#, "x"),
        (#"{"a":[null,"x",null]}"#, "x"), (#"{"a":["x","x"]}"#, "-!several values and no Filter"),
        (#"{"a":[{"b":1}]}"#, "-!an object stands there, and no value"), (#"{"a":[[["x"]]]}"#, "x"),
        (#"{"a":1,"a":2}"#, "#2"), (#"{"a":[{},"x"]}"#, "x"),
    ]) func `a value is as it was sent`(json: String, value: String) throws {
        #expect(try Answers.values(json, "Any ", "a") == [value])
    }

    @Test(arguments: [
        ("p.q.v", "Any p.q.k", "1"), ("p.q.v", "Equals b p.q.k", "2"), ("p.q.v", "Equals z p.q.k", "-"),
        ("p.q.v", "Equals z p.q.k|Equals b p.q.k", "2"), ("p.q.v", "Any p.q.only", "3"),
        // The filter's path and the variable's meet in the arrays they share, and only there.
        ("p.q.v", "Equals yes p.flag", "1"), ("p.q.v", "Equals no p.flag", "-"), ("p.r", "Equals b p.q.k", "x"),
        ("p.r", "Equals y p.r", "y"), ("p.q.v", "Any p.r", "1"), ("p.q.deep.w", "Equals b p.q.k", "20"),
        ("p.q.v", "Equals 20 p.q.deep.w", "2"), ("p.q.deep.w", "Equals 21 p.q.deep.w", "21"),
        ("p.q.v", "DestinationEmail p.q.k", "-"), ("p.flag", "Any p.q.k", "yes"), ("p.flag", "Any p.q.z", "-"),
        ("p.q.deep", "Equals b p.q.k", "-!an object stands there, and no value"),
    ]) func `a filter keeps what agrees with a place that passes`(path: String, filter: String, value: String) throws {
        let json = """
            {"p":[{"flag":"yes","r":["x","y"],"q":[
             {"k":"a","v":"1"},{"k":"b","v":"2","deep":[{"w":"20"},{"w":"21"}]},{"only":1,"v":"3"}]},
             {"flag":"other","q":[{"k":"z","v":"9"}]}]}
            """
        #expect(try Answers.values(json, "Equals yes p.flag", path, filter) == [value])
    }

    @Test func `without a record every variable is empty`() throws {
        let reading = try Answers.tree(#"{"a":1}"#).value(
            of: Answers.variable("a"), in: nil, matching: Answers.matching())
        #expect(reading == VariableReading(value: .null))
    }

    @Test func `looking for a variable ends at its limit, and it is told`() throws {
        var limits = ResponseLimits.standard
        // The object, the array, and its elements.
        for (most, value) in [(6, "z"), (5, "z"), (4, "-!more than 4 values to look at")] {
            limits.variableSteps = most
            #expect(
                try Answers.values(#"{"a":["x","y","z"],"b":0}"#, "Any b", "a", "Equals z a", limits: limits)
                    == [value])
        }
    }

    @Test(arguments: [
        ("p.q", [#"{"k" : "]}"}"#, #"{"k":[[1] ] }"#]), ("p.q.k", [#"{"k" : "]}"}"#, "1"]),
        ("p.r", ["\"x]\"", "2.50", "{}"]), ("p.s", [#"{"u":[[ ] ]}"#, "false"]), ("t", [""]),
        ("p", [#"{"q":[{"k" : "]}"},{"k":[[1] ] }],"r":["x]",2.50,[ [ [] , {} ] ] ],"s":[{"u":[[ ] ]},false]}"#]),
    ]) func `a record is its part of the answer as it was sent`(path: String, parts: [String]) throws {
        let json =
            #"{"p":[{"q":[{"k" : "]}"},{"k":[[1] ] }],"r":["x]",2.50,[ [ [] , {} ] ] ],"s":[{"u":[[ ] ]},false]}],"t":0}"#
        let tree = try Answers.tree(" " + json + " ")
        let records = try tree.records(
            passing: Answers.groups(["Any " + path]), matching: Answers.matching(), explains: false
        ).records
        // The record of no array is the whole.
        #expect(
            records.map { String(decoding: tree.json(of: $0), as: UTF8.self) } == parts.map { $0 == "" ? json : $0 })
    }

    @Test func `a record of arrays side by side is the element that holds both`() throws {
        let tree = try Answers.tree(#"{"p":[{"q":[1],"r":[2]}],"s":[3]}"#)
        for (rules, part) in [(["Any p.q", "Any p.r"], #"{"q":[1],"r":[2]}"#), (["Any s", "Any p"], nil)] {
            let records = try tree.records(
                passing: Answers.groups(rules), matching: Answers.matching(), explains: false
            ).records
            #expect(
                records.map { String(decoding: tree.json(of: $0), as: UTF8.self) }
                    == [part ?? #"{"p":[{"q":[1],"r":[2]}],"s":[3]}"#])
        }
    }
}
