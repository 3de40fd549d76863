// What is reported about a template, and where: a row for each rule at least.

import CRMTemplate
import Testing

/// A template, and the one thing that is reported at its mark.
struct Finding: CustomTestStringConvertible, Sendable {
    let code: DiagnosticCode
    let severity: Diagnostic.Severity
    let draft: Draft
    /// Words of message or hint.
    let words: String
    /// Other codes that the template has to give rise to.
    let besides: Set<DiagnosticCode>

    init(
        _ severity: Diagnostic.Severity, _ code: DiagnosticCode, _ words: String = "",
        besides: Set<DiagnosticCode> = [], _ change: (inout Draft) -> Void
    ) {
        self.code = code
        self.severity = severity
        self.words = words
        self.besides = besides
        var draft = Draft()
        change(&draft)
        self.draft = draft
    }

    var testDescription: String { "\(code.rawValue): \(words)" }
}

@Suite struct DiagnosticsTests {
    @Test func `a good template has none`() throws {
        let document = Draft().document
        #expect(document.diagnostics.isEmpty, "\(document.diagnostics)")
        #expect(document.template != nil)
        #expect(!document.hasErrors)
    }

    @Test(arguments: Findings.all)
    func `each fault is reported once, at its place, and nothing else`(_ finding: Finding) throws {
        let document = finding.draft.document
        let found = document.diagnostics.filter { $0.code == finding.code.rawValue }
        let all = document.diagnostics.map { "\($0.position.line):\($0.position.column) \($0.summary)" }
        #expect(found.count == 1, "\(all)")
        let diagnostic = try #require(found.first)
        #expect(diagnostic.severity == finding.severity)
        #expect(diagnostic.position == finding.draft.place, "\(diagnostic.message)")
        let said = [diagnostic.message, diagnostic.hint].compactMap(\.self).joined(separator: " ")
        #expect(said.contains(finding.words))
        let others = Set(document.diagnostics.map(\.code)).subtracting([finding.code.rawValue])
        #expect(others == Set(finding.besides.map(\.rawValue)), "\(all)")
    }

    @Test func `every code is tested, and has an explanation of its own`() {
        // What no draft can be: these are tested by themselves.
        let whole: Set<DiagnosticCode> = [.notXML, .hostileXML, .wrongRoot, .noScenario]
        let tested = Set(Findings.all.map(\.code))
        #expect(Set(DiagnosticCode.allCases).subtracting(tested) == whole)
        #expect(Set(DiagnosticCode.allCases.map(\.explanation)).count == DiagnosticCode.allCases.count)
    }

    @Test func `diagnostics come in the order of the file`() {
        var draft = Draft()
        draft.connection = "<Connection MaxConcurrentRequests=\"many\" />"
        draft.crm += " Developer=\"x\""
        draft.scenarios = Draft.lookup(id: "Other") + Draft.lookup(outputs: "<Outputs Next=\"Nowhere\" />")
        let positions = draft.document.diagnostics.map(\.position)
        #expect(positions.count >= 4)
        #expect(positions == positions.sorted())
    }

    @Test(arguments: [-1, 0, 1])
    func `scenarios and parameters are bounded`(excess: Int) throws {
        let (report, parameter) = (Draft.report(id: "LookupFromCFD_¶"), "<Parameter Name=\"P¶\" Parent=\"x\"/>")
        var draft = Draft()
        draft.scenarios = (0..<(256 + excess)).map { report.replacing("¶", with: "\($0)") }.joined()
        draft.parameters += (0..<(255 + excess)).map { parameter.replacing("¶", with: "\($0)") }.joined()
        let document = draft.document
        let found = document.diagnostics.count { $0.code == DiagnosticCode.hostileXML.rawValue }
        #expect(found == (excess > 0 ? 2 : 0))
        let template = try #require(document.template)
        #expect(template.scenarios.count == min(256, 256 + excess))
        #expect(template.parameters.count == min(256, 256 + excess))
    }

    @Test func `a file of nothing but faults has a bounded report`() {
        var draft = Draft()
        draft.scenarios += String(repeating: "<X/>", count: 5_000)
        #expect(draft.document.diagnostics.count <= 1_000)
    }
}

@Suite struct UnusableTemplateTests {
    @Test(arguments: [
        ("", DiagnosticCode.notXML), ("<Crm>", .notXML), ("<!DOCTYPE Crm><Crm/>", .hostileXML),
        ("<crm/>", .wrongRoot), ("<templates><Crm/></templates>", .wrongRoot), ("<Crm/>", .noScenario),
        ("<Crm><Scenarios/></Crm>", .noScenario),
        (
            "<Crm><Authentication Type='OAuth'/><Scenarios><Scenario Id='ReportCall'/></Scenarios></Crm>",
            .authenticationType
        ),
        (
            "<Crm><Authentication Type='NoAuthentication'/><Scenarios><Scenario Id='ReportCall'/></Scenarios></Crm>",
            .authenticationType
        ),
        (String(repeating: "<a>", count: 65) + String(repeating: "</a>", count: 65), .hostileXML),
        ("<Crm>" + String(repeating: " ", count: XMLLimits.template.bytes), .hostileXML),
    ])
    func `what cannot be run is refused with an error`(text: String, code: DiagnosticCode) {
        let document = TemplateDocument(Array(text.utf8))
        #expect(document.template == nil)
        #expect(document.hasErrors)
        #expect(document.diagnostics.contains { $0.code == code.rawValue && $0.severity == .error })
    }

    @Test func `a template inside another file is pointed at`() {
        let document = TemplateDocument(Array("<odoo>\n<template>\n<Crm/></template></odoo>".utf8))
        #expect(document.diagnostics.first?.hint?.contains("line 3") == true)
    }

    @Test func `any bytes are read or refused, and never trap`() {
        let text = Array(Draft().text.utf8)
        for end in stride(from: 0, to: text.count, by: 7) {
            #expect(TemplateDocument(Array(text[..<end])).hasErrors)
        }
        for index in stride(from: 0, to: text.count, by: 5) {
            for byte: UInt8 in [0x00, 0x22, 0x3C, 0x5B, 0x5D, 0xC3] {
                var changed = text
                changed[index] = byte
                let document = TemplateDocument(changed)
                #expect(document.template != nil || document.hasErrors)
            }
        }
    }
}
