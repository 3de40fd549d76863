// A CRM template as a value: everything a file says, typed, with its expressions parsed. Immutable.

/// A 3CX server-side CRM template. Made once by ``TemplateDocument``; run any number of times by ``TemplateInstance``.
package struct Template: Sendable {
    /// `Crm@Name`, shown to people.
    package let name: String
    /// `Crm@Version`; nil when it is no integer.
    package let version: Int?
    /// `Crm@Country`; nothing depends on it.
    package let country: String
    /// `Crm@SupportsEmojis`: when false, emoji are removed from chat messages before they reach `ChatMessages`.
    package let supportsEmojis: Bool
    /// `Crm@SupportsTranscription`: whether the CRM wants transcripts and recording links.
    package let supportsTranscription: Bool
    /// `Crm@ListPageSize`: records a page of `GetAllContacts`; 0 or empty is the engine's default.
    package let listPageSize: NumberExpression
    /// `Number`: how the caller's number is written for this CRM.
    package let number: NumberElement
    /// `Connection@MaxConcurrentRequests`, at least 1.
    package let maxConcurrentRequests: Int
    package let parameters: [Parameter]
    package let authentication: Authentication
    /// All scenarios, in file order.
    package let scenarios: [Scenario]

    package init(
        name: String, version: Int?, country: String, supportsEmojis: Bool, supportsTranscription: Bool,
        listPageSize: NumberExpression, number: NumberElement, maxConcurrentRequests: Int, parameters: [Parameter],
        authentication: Authentication, scenarios: [Scenario]
    ) {
        self.name = name
        self.version = version
        self.country = country
        self.supportsEmojis = supportsEmojis
        self.supportsTranscription = supportsTranscription
        self.listPageSize = listPageSize
        self.number = number
        self.maxConcurrentRequests = maxConcurrentRequests
        self.parameters = parameters
        self.authentication = authentication
        self.scenarios = scenarios
    }
}

/// `Crm/Number`: the form in which the CRM expects a telephone number.
package struct NumberElement: Sendable {
    /// What becomes of the mark of an international number (`+` or `00`).
    package enum Prefix: String, Sendable, CaseIterable {
        case asIs = "AsIs"
        case off = "Off"
        case plus = "Plus"
        case zeros = "Zeros"
    }

    package let prefix: Prefix
    /// Digits to keep, counted from the right; empty, 0 or no number: all.
    package let maxLength: NumberExpression

    package init(prefix: Prefix, maxLength: NumberExpression) {
        self.prefix = prefix
        self.maxLength = maxLength
    }
}

/// `Parameters/Parameter`: a value that the administrator sets.
package struct Parameter: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case string = "String"
        case password = "Password"
        case boolean = "Boolean"
        case list = "List"
        case integer = "Integer"
        case double = "Double"
        case dateTime = "DateTime"
        case oauth = "OAuth"

        /// Whether the value must never be shown.
        package var isSecret: Bool { self == .password || self == .oauth }
    }

    /// What an OAuth parameter needs besides (`RequestUrl`, `RequestUrlParameters`, `ResponseScenario`).
    package struct OAuth: Sendable {
        package let requestURL: TextExpression
        /// Split at `&`; each value is escaped after it was evaluated.
        package let requestURLParameters: TextExpression
        /// Id of the scenario that trades the callback's values for the parameter's.
        package let responseScenario: String

        package init(requestURL: TextExpression, requestURLParameters: TextExpression, responseScenario: String) {
            self.requestURL = requestURL
            self.requestURLParameters = requestURLParameters
            self.responseScenario = responseScenario
        }
    }

    package let name: String
    package let kind: Kind
    package let title: String
    package let parent: String
    /// The value when none is set; may hold expressions, read where the parameter is used with enough passes.
    package let defaultValue: String
    /// The choices of a list.
    package let listValues: [String]
    /// There for ``Kind/oauth`` only.
    package let oauth: OAuth?
    package let position: SourcePosition

    package init(
        name: String, kind: Kind, title: String, parent: String, defaultValue: String, listValues: [String],
        oauth: OAuth?, position: SourcePosition
    ) {
        self.name = name
        self.kind = kind
        self.title = title
        self.parent = parent
        self.defaultValue = defaultValue
        self.listValues = listValues
        self.oauth = oauth
        self.position = position
    }
}

/// `Crm/Authentication`.
package enum Authentication: Sendable {
    case none
    /// Every request gets `Authorization: Basic` of the value, unless it sets `Authorization` itself.
    case basic(TextExpression)
    /// The scenario of this Id runs before the first request and when its result has expired.
    case scenario(id: String)
}
