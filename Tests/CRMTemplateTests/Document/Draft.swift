// A template for tests: a good one of which each part can be exchanged. `¶` in a part marks the place that is meant.

import CRMTemplate

struct Draft {
    var crm = "Name=\"Test\" Version=\"1\" Country=\"US\""
    var number = "<Number Prefix=\"Off\" MaxLength=\"[MaxLength]\" />"
    var connection = "<Connection MaxConcurrentRequests=\"4\" />"
    var parameters = "<Parameter Name=\"Host\" Type=\"String\" Parent=\"General Configuration\" Title=\"Host\" />"
    var authentication = "<Authentication Type=\"No\" />"
    var scenarios = lookup()

    /// A scenario that finds a contact.
    static func lookup(
        id: String = "", type: String = "REST", request: String = "Url=\"https://[Host]/find?q=[EscapedNumber]\"",
        content: String = "", rules: String = "<Rules><Rule Type=\"Any\">people.id</Rule></Rules>",
        variables: String = "<Variable Name=\"Id\" Path=\"people.id\" />",
        outputs: String? = nil
    ) -> String {
        """
        <Scenario Id="\(id)" Type="\(type)">
          <Request \(request) ResponseType="Json">\(content)</Request>
          \(rules)
          <Variables>\(variables)</Variables>
          \(outputs ?? contact())
        </Scenario>
        """
    }

    static func contact(
        _ more: String = "", next: String = "",
        url: String = "<Output Type=\"ContactUrl\" Value=\"https://crm.test/[Id]\" />",
        name: String = "<Output Type=\"FirstName\" Value=\"x\" />",
        phone: String = "<Output Type=\"PhoneMobile\" Value=\"[Number]\" />"
    ) -> String {
        "<Outputs AllowEmpty=\"false\"\(next)>\(url)\(name)\(phone)\(more)</Outputs>"
    }

    /// A scenario that reports a call.
    static func report(
        id: String = "ReportCall", request: String = "RequestType=\"Post\" RequestEncoding=\"Json\"",
        content: String = "<PostValues><Value Key=\"number\">[Number]</Value></PostValues>", outputs: String = ""
    ) -> String {
        """
        <Scenario Id="\(id)" Type="REST"><Request Url="https://[Host]/calls" \(request)>\(content)</Request>\(outputs)</Scenario>
        """
    }

    /// What an authentication scenario is in short.
    static func login(id: String = "Auth", outputs: String = "<Output Type=\"Bearer\" Value=\"[Token]\" />") -> String {
        lookup(
            id: id, request: "Url=\"https://[Host]/token\"", variables: "<Variable Name=\"Token\" Path=\"token\" />",
            outputs: "<Outputs>\(outputs)</Outputs>")
    }

    var marked: String {
        """
        <?xml version="1.0" encoding="utf-8"?>
        <Crm \(crm)>
          \(number)
          \(connection)
          <Parameters>
            \(parameters)
          </Parameters>
          \(authentication)
          <Scenarios>
            \(scenarios)
          </Scenarios>
        </Crm>
        """
    }

    var text: String { marked.replacing("¶", with: "") }

    var document: TemplateDocument { TemplateDocument(Array(text.utf8)) }

    /// Where the mark stands.
    var place: SourcePosition? {
        guard let mark = marked.firstIndex(of: "¶") else { return nil }
        let before = marked[..<mark]
        let line = before.lastIndex(of: "\n").map { before[before.index(after: $0)...] } ?? before
        return SourcePosition(
            line: before.count { $0 == "\n" } + 1, column: line.unicodeScalars.count + 1)
    }
}

extension Diagnostic {
    /// `error missing-output`
    var summary: String { "\(severity.rawValue) \(code)" }
}
