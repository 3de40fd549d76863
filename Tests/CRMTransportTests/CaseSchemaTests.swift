// The schema that is documented says the same as the reading of case files.

import CRMTemplate
import Foundation
import JSONText
import Testing

@testable import CRMTransport

/// Checks a value against the parts of JSON Schema that our schema uses; the paths of what is wrong.
private struct Schema {
    let root: JSONObject

    func faults(_ value: JSONValue, _ schema: JSONObject, at path: String = "") -> [String] {
        if let reference = schema["$ref"]?.string {
            let name = String(reference.dropFirst("#/$defs/".count))
            guard let target = root["$defs"]?.object?[name]?.object else { return ["no definition \(name)"] }
            return faults(value, target, at: path)
        }
        var found: [String] = []
        if let choices = schema["enum"]?.array, !choices.contains(value) { found.append("\(path): no choice") }
        let types = schema["type"].map { $0.array?.compactMap(\.string) ?? [$0.string ?? ""] }
        if let types, !types.contains(where: { Self.isOf($0, value) }) { return found + ["\(path): not \(types)"] }
        if let number = value.number?.int64 {
            if let minimum = schema["minimum"]?.number?.int64, number < minimum { found.append("\(path): too small") }
            if let maximum = schema["maximum"]?.number?.int64, number > maximum { found.append("\(path): too large") }
        }
        if let text = value.string {
            let count = Int64(text.unicodeScalars.count)
            if let minimum = schema["minLength"]?.number?.int64, count < minimum { found.append("\(path): too short") }
            if let maximum = schema["maxLength"]?.number?.int64, count > maximum { found.append("\(path): too long") }
        }
        if let elements = value.array {
            if let minimum = schema["minItems"]?.number?.int64, elements.count < minimum {
                found.append("\(path): few")
            }
            if let items = schema["items"]?.object {
                for (index, element) in elements.enumerated() {
                    found += faults(element, items, at: "\(path)[\(index)]")
                }
            }
        }
        if let object = value.object {
            for name in schema["required"]?.array?.compactMap(\.string) ?? [] where object[name] == nil {
                found.append("\(path).\(name): missing")
            }
            for member in object.members {
                if let property = schema["properties"]?.object?[member.name]?.object {
                    found += faults(member.value, property, at: path + "." + member.name)
                } else if let others = schema["additionalProperties"]?.object {
                    found += faults(member.value, others, at: path + "." + member.name)
                } else if schema["additionalProperties"]?.bool == false {
                    found.append("\(path).\(member.name): unknown")
                }
            }
        }
        return found
    }

    private static func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch type {
        case "object": value.object != nil
        case "array": value.array != nil
        case "string": value.string != nil
        case "number": value.number != nil
        case "integer": value.number?.int64 != nil
        case "boolean": value.bool != nil
        default: false
        }
    }
}

@Suite struct CaseSchemaTests {
    private static let top = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func json(_ path: String) throws -> JSONValue {
        let bytes = Array(try Data(contentsOf: top.appending(path: path)))
        return try JSONValue(parsing: bytes, limits: JSONLimits(depth: 128, values: 1_000_000))
    }

    private static func schema() throws -> Schema {
        Schema(root: try #require(try json("docs/templates/cases.schema.json").object))
    }

    @Test(arguments: TemplateFilesTests.names)
    func `every file of cases keeps to the schema`(name: String) throws {
        let schema = try Self.schema()
        #expect(schema.faults(try Self.json("Templates/\(name).cases.json"), schema.root) == [])
    }

    @Test func `the schema names the triggers and the failures that there are`() throws {
        let definitions = try #require(try Self.schema().root["$defs"]?.object)
        func choices(_ definition: String, _ property: String) -> [String]? {
            definitions[definition]?.object?["properties"]?.object?[property]?.object?["enum"]?.array?
                .compactMap(\.string)
        }
        #expect(choices("case", "trigger") == CaseTrigger.allCases.map(\.rawValue))
        #expect(choices("response", "failure") == TransportFailure.Kind.allCases.map(\.rawValue))
    }

    @Test(arguments: [
        ("{}", false), (#"{"cases": []}"#, false),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "expect": {}}]}"#, true),
        (#"{"cases": [{"name": "", "trigger": "lookup", "expect": {}}]}"#, false),
        (#"{"cases": [{"name": "a", "trigger": "ring", "expect": {}}]}"#, false),
        (#"{"cases": [{"name": "a", "trigger": "lookup"}]}"#, false),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "expect": {"contact": []}}]}"#, false),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "expect": {"contacts": [{"A": 1}]}}]}"#, false),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "inputs": {"A": [1]}, "expect": {}}]}"#, false),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "responses": [{}], "expect": {}}]}"#, false),
        (
            #"{"cases": [{"name": "a", "trigger": "lookup", "responses": [{"url": "u", "status": 99}], "expect": {}}]}"#,
            false
        ),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "settings": {"maxLength": 31}, "expect": {}}]}"#, false),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "settings": {"maxLength": 30}, "expect": {}}]}"#, true),
    ])
    func `the schema and the reader agree`(text: String, isRight: Bool) throws {
        let schema = try Self.schema()
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(schema.faults(value, schema.root).isEmpty == isRight)
        #expect(((try? TemplateCases(json: Array(text.utf8))) != nil) == isRight)
    }
}
