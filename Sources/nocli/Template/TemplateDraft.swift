// A new template's text, made of answers. A value; nothing is checked here that the questions have not checked.

/// Writes a template with comments that say what each part does.
struct TemplateDraft {
    private typealias Ask = TemplateAnswers

    private let answers: TemplateAnswers

    init(_ answers: TemplateAnswers) { self.answers = answers }

    /// The whole file.
    var xml: String {
        let name = answers[Ask.name] ?? ""
        return """
            <?xml version="1.0" encoding="utf-8"?>
            <!-- \(Self.comment(name)): contacts, calls and chats. The parts are explained in docs/templates.md. -->
            <Crm xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" \
            Name="\(Self.attribute(name))" Version="1" Country="US" SupportsEmojis="true">
              <!-- How the caller's number is written for this CRM. An empty MaxLength keeps all digits; [MaxLength] cuts the
                   number to as many digits as the PBX is set to compare. -->
              <Number Prefix="\(prefix)" MaxLength="" />
              <!-- How many lookups run at once; more of them wait. -->
              <Connection MaxConcurrentRequests="4" />
              <Parameters>
            \(parameters)  </Parameters>
            \(authentication)
              <Scenarios>
            \(scenarios)  </Scenarios>
            </Crm>

            """
    }

    // MARK: Head

    private var prefix: String {
        switch Ask.NumberForm(rawValue: answers[Ask.number] ?? "") ?? .plus {
        case .plus: "Plus"
        case .digits: "Off"
        case .zeros: "Zeros"
        }
    }

    /// A contact's page before and behind the ID.
    private var pageEnds: (before: String, behind: String) {
        let parts = (answers[Ask.page] ?? "").split(separator: "{id}", maxSplits: 1, omittingEmptySubsequences: false)
        return (parts.first.map { String($0) } ?? "", parts.count > 1 ? String(parts[1]) : "")
    }

    private var kind: Ask.Authentication { Ask.Authentication(rawValue: answers[Ask.authentication] ?? "") ?? .none }

    private var parameters: String {
        var text = parameter(
            "Address", "String", "General Configuration", "Address of the API (no slash at the end)",
            answers[Ask.address] ?? "")
        switch kind {
        case .none: break
        case .bearer, .header: text += parameter("ApiKey", "Password", "General Configuration", "API key", "")
        case .basic:
            text += parameter("User", "String", "General Configuration", "User name", "")
            text += parameter("Password", "Password", "General Configuration", "Password", "")
        }
        text += parameter(
            "ContactPage", "String", "General Configuration",
            "Address of a contact's page, up to the ID", pageEnds.before)
        if answers[Ask.calls] != nil {
            let parent = "ReportCallEnabled"
            text += "    <!-- A tick without a parent is the heading of the parameters that name it as theirs. -->\n"
            text += parameter(parent, "Boolean", "", "Enable call journaling", "True")
            text += parameter("Subject", "String", parent, "Subject of a call", "Phone call")
            text += parameter(
                "InboundCallText", "String", parent, "Text of an answered inbound call",
                "[DateTime]: call from [Number] answered by extension [Agent], [Duration].")
            text += parameter(
                "MissedCallText", "String", parent, "Text of a missed call",
                "[DateTime]: missed call from [Number] for extension [Agent].")
            text += parameter(
                "OutboundCallText", "String", parent, "Text of an answered outbound call",
                "[DateTime]: call to [Number] by extension [Agent], [Duration].")
            text += parameter(
                "NotAnsweredOutboundCallText", "String", parent, "Text of an unanswered outbound call",
                "[DateTime]: unanswered call to [Number] by extension [Agent].")
        }
        if answers[Ask.chats] != nil {
            text += parameter("ReportChatEnabled", "Boolean", "", "Enable chat journaling", "True")
            text += parameter("ChatSubject", "String", "ReportChatEnabled", "Subject of a chat", "Chat with [Name]")
        }
        if answers[Ask.create] != nil {
            let parent = "CreateContactEnabled"
            text += parameter(parent, "Boolean", "", "Create a contact for unknown callers", "False")
            text += parameter(
                "CreateOnCallDirection", "List", parent, "Call directions", "Inbound",
                list: "Inbound,Inbound/Outbound")
            text += parameter("CreateContactFirstName", "String", parent, "First name of the new contact", "New")
            text += parameter(
                "CreateContactLastName", "String", parent, "Last name of the new contact", "Caller [Number]")
        }
        return text
    }

    private func parameter(
        _ name: String, _ type: String, _ parent: String, _ title: String, _ standard: String, list: String = ""
    ) -> String {
        "    <Parameter Name=\"\(name)\" Type=\"\(type)\" Parent=\"\(parent)\" Editor=\"String\" Title=\"\(title)\""
            + (list.isEmpty ? "" : " ListValues=\"\(list)\"") + " Default=\"\(Self.attribute(standard))\" />\n"
    }

    private var authentication: String {
        guard kind == .basic else { return "  <Authentication Type=\"No\" />" }
        return """
              <Authentication Type="Basic">
                <Value>[User]:[Password]</Value>
              </Authentication>
            """
    }

    private var headers: String {
        switch kind {
        case .none, .basic: return ""
        case .bearer: return Self.headers("Authorization", "Bearer [ApiKey]")
        case .header: return Self.headers(answers[Ask.header] ?? "", "[ApiKey]")
        }
    }

    private static func headers(_ name: String, _ value: String) -> String {
        """
                <Headers>
                  <Value Key="\(name)" Type="String">\(value)</Value>
                </Headers>

        """
    }

    // MARK: Scenarios

    private var scenarios: String {
        let phone = field(Ask.phone) ?? ""
        var rules = "        <Rule Type=\"Number\">\(phone)</Rule>\n"
        if let mobile = field(Ask.mobile) { rules += "        <Rule Type=\"Number\">\(mobile)</Rule>\n" }
        var text =
            "    <!-- No Id: the lookup by number. The rules keep the records whose number is the caller's. -->\n"
        text += search("", answers[Ask.lookup] ?? "", rules)
        if let path = answers[Ask.emailLookup] {
            text += search("LookupByEmail", path, "        <Rule Type=\"Any\">\(field(Ask.id) ?? "")</Rule>\n")
        }
        if let path = answers[Ask.create] {
            text +=
                "    <!-- A lookup found nobody, and the tick is set for calls of this direction. -->\n"
            text += create(
                "CreateContactRecord", path,
                skip: "[CreateContactEnabled]!=True||[IIf([CallDirection]==Outbound,"
                    + "[CreateOnCallDirection]==Inbound,False)]==True",
                first: "[CreateContactFirstName]", last: "[CreateContactLastName]", passes: " Passes=\"2\"")
            text += "    <!-- A user makes a contact in the client. -->\n"
            text += create(
                "CreateContactRecordFromClient", path, skip: nil, first: "[FirstName]", last: "[LastName]", passes: "")
        }
        if let path = answers[Ask.calls] {
            text += """
                    <!-- A call has ended. Texts have two passes: the first gives the parameter's text, the second what stands in
                         it in brackets. -->

                """
            text += report("ReportCall", path, "ReportCallEnabled", Self.callValues)
        }
        if let path = answers[Ask.chats] {
            text += "    <!-- The transcript has one pass: what a visitor wrote is never read as code. -->\n"
            text += report("ReportChat", path, "ReportChatEnabled", Self.chatValues)
        }
        return text
    }

    private func search(_ id: String, _ path: String, _ rules: String) -> String {
        let url = Self.attribute(Self.path(path))
        return """
                <Scenario Id="\(id)" Type="REST">
                  <Request Url="[Address]\(url)" RequestType="Get" ResponseType="Json"\(headers.isEmpty ? " />" : ">")
            \(closed(headers))      <Rules>
            \(rules)      </Rules>
            \(contact { field($0) })    </Scenario>

            """
    }

    /// The rest of a request element, when it has children.
    private func closed(_ children: String) -> String { children.isEmpty ? "" : children + "      </Request>\n" }

    /// Variables and outputs of a contact whose fields are at these paths.
    private func contact(_ path: (Ask.Question) -> String?) -> String {
        let fields: [(variable: String, question: Ask.Question, output: String)] = [
            ("ContactID", Ask.id, "EntityId"), ("ContactFirstName", Ask.firstName, "FirstName"),
            ("ContactLastName", Ask.lastName, "LastName"), ("ContactCompany", Ask.company, "CompanyName"),
            ("ContactEmail", Ask.email, "Email"), ("ContactPhone", Ask.phone, "PhoneBusiness"),
            ("ContactMobile", Ask.mobile, "PhoneMobile"),
        ]
        var variables = ""
        var outputs = ""
        for field in fields {
            guard let path = path(field.question) else { continue }
            variables += "        <Variable Name=\"\(field.variable)\" Path=\"\(path)\"><Filter /></Variable>\n"
            outputs += "        <Output Type=\"\(field.output)\" Value=\"[\(field.variable)]\" />\n"
        }
        let page = "[ContactPage]" + Self.attribute(Self.path("{id}" + pageEnds.behind))
        return """
                  <Variables>
            \(variables)      </Variables>
                  <Outputs AllowEmpty="false">
            \(outputs)        <Output Type="ContactUrl" Value="\(page)" />
                    <Output Type="EntityType" Value="Contacts" />
                  </Outputs>

            """
    }

    private func create(
        _ id: String, _ path: String, skip: String?, first: String, last: String, passes: String
    ) -> String {
        let skipIf = skip.map { " SkipIf=\"\(Self.attribute($0))\"" } ?? ""
        let isClient = skip == nil
        var values = ""
        func add(_ question: Ask.Question, _ text: String, _ more: String = "") {
            // A path of several names would be an object in an object: only the last name is sent.
            guard let name = answers[question]?.split(separator: ".").last else { return }
            values += "          <Value Key=\"\(name)\" Type=\"String\"\(more)>\(text)</Value>\n"
        }
        add(Ask.firstName, first, passes)
        add(Ask.lastName, last, passes)
        add(Ask.phone, "[Number]")
        if isClient {
            add(Ask.email, "[Email]", " If=\"[Email]!=&quot;&quot;\"")
            add(Ask.company, "[Company]", " If=\"[Company]!=&quot;&quot;\"")
        }
        return """
                <Scenario Id="\(id)" Type="REST">
                  <Request Url="[Address]\(Self.attribute(Self.path(path)))" RequestType="Post" RequestEncoding="Json" ResponseType="Json"\(skipIf)>
            \(headers)        <PostValues>
            \(values)        </PostValues>
                  </Request>
                  <Rules>
                    <Rule Type="Any">\(answers[Ask.id] ?? "")</Rule>
                  </Rules>
            \(contact { answers[$0] })    </Scenario>

            """
    }

    private func report(_ id: String, _ path: String, _ tick: String, _ values: String) -> String {
        """
            <Scenario Id="\(id)" Type="REST">
              <Request Url="[Address]\(Self.attribute(Self.path(path)))" RequestType="Post" RequestEncoding="Json" ResponseType="Json" SkipIf="[\(tick)]!=True||[EntityId]==&quot;&quot;">
        \(headers)        <PostValues>
        \(values)        </PostValues>
              </Request>
            </Scenario>

        """
    }

    private static let callValues = """
                  <Value Key="contact_id" Type="String">[EntityId]</Value>
                  <Value Key="type" Type="String">[CallType]</Value>
                  <Value Key="number" Type="String">[Number]</Value>
                  <Value Key="agent" Type="String">[Agent]</Value>
                  <Value Key="started_at" Type="String">[[CallStartTimeUTC].ToString("yyyy-MM-ddTHH:mm:ssZ")]</Value>
                  <Value Key="seconds" Type="Integer">[[[DurationTimespan].get_TotalSeconds()].ToString("F0")]</Value>
                  <Value Key="subject" Type="String" Passes="2">[Subject]</Value>
                  <!-- One of four texts: only the one whose condition holds is sent. -->
                  <Value Key="text" Type="String" Passes="2" If="[CallType]==Inbound">[InboundCallText]</Value>
                  <Value Key="text" Type="String" Passes="2" If="[CallType]==Missed">[MissedCallText]</Value>
                  <Value Key="text" Type="String" Passes="2" If="[CallType]==Outbound">[OutboundCallText]</Value>
                  <Value Key="text" Type="String" Passes="2" If="[CallType]==Notanswered">[NotAnsweredOutboundCallText]</Value>

        """

    private static let chatValues = """
                  <Value Key="contact_id" Type="String">[EntityId]</Value>
                  <Value Key="agent" Type="String">[Agent]</Value>
                  <Value Key="started_at" Type="String">[[ChatStartTimeUTC].ToString("yyyy-MM-ddTHH:mm:ssZ")]</Value>
                  <Value Key="subject" Type="String" Passes="2">[ChatSubject]</Value>
                  <Value Key="text" Type="String">[ChatMessages]</Value>

        """

    // MARK: Text

    /// The path of a field in a search's answer.
    private func field(_ question: Ask.Question) -> String? {
        answers[question].map { name in answers[Ask.records].map { $0 + "." + name } ?? name }
    }

    /// A URL's text as a string expression: brackets doubled away, placeholders as variables.
    private static func path(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "[": result += "{{"
            case "]": result += "}}"
            default: result.append(character)
            }
        }
        for (placeholder, variable) in [
            ("{number}", "[EscapedNumber]"), ("{email}", "[EscapedEmail]"), ("{id}", "[ContactID]"),
        ] {
            result = result.split(separator: placeholder, omittingEmptySubsequences: false).joined(separator: variable)
        }
        return result
    }

    private static func attribute(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }

    /// Two hyphens would end the file's own comment.
    private static func comment(_ text: String) -> String {
        text.split(separator: "-", omittingEmptySubsequences: true).joined(separator: "-")
    }
}
