// A CRM that answers as a test says, and a template that asks it. State behind a monitor.

import CRMMiddleware
import CRMTemplate
import NumbersCore
import Platform

/// Answers requests and keeps them.
final class StubCRM: TemplateTransport {
    enum Answer: Sendable {
        case status(Int, String)
        case failure(TransportFailure.Kind)
    }

    private struct State {
        /// By method and the beginning of the URL, the longest first.
        var answers: [String: Answer] = [:]
        var requests: [TemplateRequest] = []
    }

    private let state = Monitor(State())

    subscript(request: String) -> Answer? {
        get { state.withLock { $0.answers[request] } }
        set { state.withLock { $0.answers[request] = newValue } }
    }

    var requests: [TemplateRequest] { state.withLock { $0.requests } }

    /// `POST https://crm.test/calls`
    var lines: [String] { requests.map { "\($0.method) \($0.url.text)" } }

    /// The form of the last request.
    var form: [String: String] {
        var fields: [String: String] = [:]
        for part in (requests.last?.body.text ?? "").split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            fields[Self.decoded(pair[0])] = pair.count > 1 ? Self.decoded(pair[1]) : ""
        }
        return fields
    }

    func send(_ request: TemplateRequest, deadline: MonotonicTime) async throws(TransportFailure) -> TemplateResponse {
        let line = "\(request.method) \(request.url.text)"
        let answer = state.withLock { state -> Answer? in
            state.requests.append(request)
            return state.answers.filter { line.hasPrefix($0.key) }.max { $0.key.count < $1.key.count }?.value
        }
        switch answer ?? .status(200, "{}") {
        case .status(let status, let body):
            return TemplateResponse(status: status, headers: [], body: Array(body.utf8))
        case .failure(let kind): throw TransportFailure(kind, "no answer from crm.test:443")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(0x20)
            } else if byte == UInt8(ascii: "%"), rest.count >= 2, let high = Hex.value(rest[rest.startIndex]),
                let low = Hex.value(rest[rest.startIndex + 1])
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Templates as texts.
enum SampleCRM {
    /// A lookup by number and one by e-mail, whose answers have an array `people`.
    static let lookups =
        ["", "LookupByEmail"].map { id in
            let url =
                id.isEmpty
                ? "https://crm.test/find?tel=[EscapedNumber]&amp;way=[CallDirection]"
                : "https://crm.test/mail?m=[EscapedEmail]"
            let names = [
                "FirstName", "LastName", "CompanyName", "Email", "PhoneBusiness", "PhoneBusiness2", "PhoneMobile",
                "PhoneMobile2", "PhoneHome", "PhoneHome2", "PhoneOther", "FaxBusiness", "FaxHome", "Title",
                "Salutation",
                "ContactUrl", "EntityId", "EntityType", "Pager", "Club",
            ]
            return """
                <Scenario Id="\(id)" Type="REST">
                <Request Url="\(url)" RequestType="Get" ResponseType="Json"/>
                <Rules><Rule Type="Any">people.ContactUrl</Rule></Rules>
                <Variables>\(names.map { "<Variable Name=\"v\($0)\" Path=\"people.\($0)\"/>" }.joined())</Variables>
                <Outputs AllowEmpty="false">
                \(names.map { "<Output Type=\"\($0)\" Value=\"[v\($0)]\"/>" }.joined())
                </Outputs></Scenario>
                """
        }.joined()

    /// A scenario that posts variables as a form.
    static func post(_ id: String, _ path: String, _ variables: [String], skipIf: String = "", output: String = "")
        -> String
    {
        """
        <Scenario Id="\(id)" Type="REST">
        <Request Url="https://crm.test/\(path)" RequestType="Post" RequestEncoding="UrlEncoded" ResponseType="Json"\
        \(skipIf.isEmpty ? "" : " SkipIf=\"\(skipIf)\"")>
        <PostValues Key="">\(variables.map(value).joined())</PostValues></Request>\(output)</Scenario>
        """
    }

    private static func value(_ name: String) -> String {
        let isTime =
            name.hasPrefix("Call") && (name.hasSuffix("UTC") || name.hasSuffix("Local"))
            || name.hasPrefix("Chat") && (name.hasSuffix("UTC") || name.hasSuffix("Local"))
        let text = isTime ? "[[\(name)].ToString(&quot;yyyy-MM-dd HH:mm:ss&quot;)]" : "[\(name)]"
        return "<Value Key=\"\(name)\" Type=\"String\">\(text)</Value>"
    }

    static func template(_ scenarios: String, parameters: String = "") -> [UInt8] {
        Array(
            """
            <Crm Name="Sample" Version="1" Country="US" SupportsEmojis="false">
            <Number Prefix="AsIs" MaxLength=""/><Connection MaxConcurrentRequests="2"/>
            <Parameters>\(parameters)</Parameters><Authentication Type="No"/>
            <Scenarios>\(scenarios)</Scenarios></Crm>
            """.utf8)
    }
}

/// A template connector over a stub.
struct ConnectorSetup {
    let crm = StubCRM()
    let connector: any Connector
    let workspace: Workspace
    static let id = ConnectorID(value: 77)
    static let now = UnixTime(rfc3339: "2026-03-04T15:05:00Z") ?? UnixTime(seconds: 0)

    init(
        _ scenarios: String, parameters: String = "", values: [ConnectorParameter] = [],
        features: ConnectorFeatures = .all, _ change: (inout WorkspaceSettings) -> Void = { _ in }
    ) {
        var settings = WorkspaceSettings()
        change(&settings)
        workspace = Workspace(
            id: WorkspaceID(value: 5), name: "W", settings: settings, createdAt: UnixTime(seconds: 0))
        let record = ConnectorRecord(
            id: Self.id, workspace: workspace.id, kind: .template, name: "CRM", priority: 100, features: features,
            template: SampleCRM.template(scenarios, parameters: parameters), parameters: values,
            createdAt: UnixTime(seconds: 0))
        connector = Self.assembly(crm).connector(record, of: workspace)
    }

    static func assembly(_ transport: any TemplateTransport) -> ConnectorAssembly {
        ConnectorAssembly(
            transport: transport, plan: PresentPlan(.builtIn), clock: .system, random: .system,
            numbersTemplate: { _ in nil },
            builtIn: { record, _ in FailedConnector(record, ConnectorFailure(code: "storage", message: "")) })
    }

    var deadline: MonotonicTime { MonotonicTime.now() + .seconds(30) }

    static func number(_ text: String) -> PartyNumber { PartyNumber(text, country: nil, plan: .builtIn) }

    func call(
        _ direction: PhoneCall.Direction = .inbound, _ status: String = "completed", external: String? = "+12025550143",
        _ change: (inout CallDraft) -> Void = { _ in }
    ) -> PhoneCall {
        var draft = CallDraft(direction: direction, status: status)
        draft.numberExternal = external.map(Self.number)
        draft.numberInternal = external == nil ? nil : Self.number("101")
        change(&draft)
        return PhoneCall(
            id: UniqueID(naming: "call"), workspace: workspace.id, report: draft, contactID: nil, numberDID: nil,
            mergedReports: 1, delivery: .pending, createdAt: Self.now, updatedAt: Self.now)
    }

    func chat(_ change: (inout ChatDraft) -> Void = { _ in }) -> Chat {
        var draft = ChatDraft()
        draft.email = "ann@example.com"
        change(&draft)
        return Chat(
            id: UniqueID(naming: "chat"), workspace: workspace.id, report: draft, delivery: .pending,
            createdAt: Self.now)
    }

    static func people(_ people: [[String: String]]) -> StubCRM.Answer {
        let records = people.map { fields in
            "{" + fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",") + "}"
        }
        return .status(200, "{\"people\":[\(records.joined(separator: ","))]}")
    }
}
