// The list of everything that is reported about a template. One case each; the names are stable.

/// The codes of diagnostics, in the order of a template's parts.
package enum DiagnosticCode: String, Sendable, CaseIterable {
    // The file.
    case notXML = "not-xml"
    case hostileXML = "hostile-xml"
    case wrongRoot = "wrong-root"
    case unknownElement = "unknown-element"
    case misnamedElement = "misnamed-element"
    case misplacedElement = "misplaced-element"
    case duplicateElement = "duplicate-element"
    case missingElement = "missing-element"
    case unknownAttribute = "unknown-attribute"
    case misnamedAttribute = "misnamed-attribute"
    case missingAttribute = "missing-attribute"
    case strayText = "stray-text"
    case enumerationCase = "enumeration-case"
    case unknownValue = "unknown-value"
    case badInteger = "bad-integer"
    case unrenderedTemplate = "unrendered-template"
    // Parameters and authentication.
    case duplicateParameter = "duplicate-parameter"
    case hiddenParameter = "hidden-parameter"
    case badDefault = "bad-default"
    case shadowedName = "shadowed-name"
    case oauthIncomplete = "oauth-incomplete"
    case authenticationType = "authentication-type"
    case severalAuthentications = "several-authentications"
    // Scenarios.
    case noScenario = "no-scenario"
    case unsupportedScenario = "unsupported-scenario"
    case duplicateScenario = "duplicate-scenario"
    case unknownScenario = "unknown-scenario"
    case unreachableScenario = "unreachable-scenario"
    case chainCycle = "chain-cycle"
    case endlessSkip = "outputs-beside-next"
    // Requests.
    case badURL = "bad-url"
    case plainHTTP = "plain-http"
    case authorityFromData = "authority-from-data"
    case bodyOfGet = "body-of-get"
    case messageAndValues = "message-and-values"
    case badKey = "bad-key"
    case nestedForm = "nested-form"
    case unescapedNumber = "unescaped-number"
    // Answers.
    case emptyPath = "empty-path"
    case pathIsData = "path-is-data"
    case positionInPath = "position-in-path"
    case pathIsExpression = "path-is-expression"
    case destinationEmail = "destination-email"
    case missingEthalon = "missing-ethalon"
    case unusedEthalon = "unused-ethalon"
    case lookupValue = "lookup-value"
    case noRules = "no-rules"
    case ambiguousValue = "ambiguous-value"
    // Expressions.
    case badExpression = "bad-expression"
    case unknownFunction = "unknown-function"
    case unknownMethod = "unknown-method"
    case undefinedVariable = "undefined-variable"
    case constantCondition = "constant-condition"
    case passesOfData = "passes-of-data"
    // Results.
    case missingOutput = "missing-output"
    case nearOutput = "near-output"
    case duplicateOutput = "duplicate-output"
    case headerPair = "header-pair"

    /// What it means, for lists of all codes.
    package var explanation: String {
        switch self {
        case .notXML: "The file is not well-formed XML."
        case .hostileXML: "The file has a document type declaration, or is larger or deeper than a template can be."
        case .wrongRoot: "The root element is not Crm."
        case .unknownElement: "An element has no meaning here and is ignored."
        case .misnamedElement: "An element is ignored, and another one is most likely meant."
        case .misplacedElement: "An element is known, but not at this place, and is ignored."
        case .duplicateElement: "An element stands twice where one is expected."
        case .missingElement: "An element is missing without which its parent does nothing."
        case .unknownAttribute: "An attribute has no meaning here and is ignored."
        case .misnamedAttribute: "An attribute is ignored, and another one is most likely meant."
        case .missingAttribute: "An attribute is missing or empty without which its element does nothing."
        case .strayText: "Text stands between elements, where it has no meaning."
        case .enumerationCase: "A value differs in case from the one that is known; 3CX takes the exact one only."
        case .unknownValue: "An attribute has a value that is none of those it can have."
        case .badInteger: "An attribute that must be a whole number is none."
        case .unrenderedTemplate: "The file is the source of a generator and still has the generator's marks in it."
        case .duplicateParameter: "Two parameters have the same name; the last one counts."
        case .hiddenParameter: "3CX V20 does not show a parameter that has no Parent and is nobody's Parent."
        case .badDefault: "The default of a parameter is no value of its type."
        case .shadowedName: "A parameter has the name of a variable that the call or chat sets."
        case .oauthIncomplete:
            "An OAuth parameter lacks what the flow needs: addresses, [State], [RedirectUri], a scenario."
        case .authenticationType: "The type of authentication is none that exists."
        case .severalAuthentications: "More than one scenario looks like the authentication scenario."
        case .noScenario: "The template has no scenario."
        case .unsupportedScenario: "A scenario has a type that is not supported here."
        case .duplicateScenario: "Two scenarios have the same Id; the first one runs."
        case .unknownScenario: "An Id is named that no scenario has."
        case .unreachableScenario: "Nothing ever runs a scenario."
        case .chainCycle: "Scenarios are chained in a circle."
        case .endlessSkip: "Outputs stand beside Next, where only an authentication scenario uses them."
        case .badURL: "A Url cannot become an address that is requested."
        case .plainHTTP: "A request goes out without encryption."
        case .authorityFromData: "The host of a Url comes from data of a call or an answer; such a request is refused."
        case .bodyOfGet: "A Get request has a body, which is not sent."
        case .messageAndValues: "A request has Message and PostValues; only PostValues is sent."
        case .badKey: "A part of a body has no Key, or one where none is used."
        case .nestedForm: "A form cannot hold objects and arrays."
        case .unescapedNumber: "A number with '+' goes into a query without being escaped, where '+' means a blank."
        case .emptyPath: "A path is empty and means the whole answer."
        case .pathIsData: "A path looks like a value rather than the way to one."
        case .positionInPath: "A path counts elements of an array; 3CX reads such a part as a name."
        case .pathIsExpression: "A path has brackets; paths are not expressions."
        case .destinationEmail: "A rule of type DestinationEmail, which is not in use and never passes."
        case .missingEthalon: "A rule of type Equals has nothing to compare with."
        case .unusedEthalon: "A rule has an Ethalon although its type does not use one."
        case .lookupValue: "LookupValue has no known meaning and is ignored."
        case .noRules: "A scenario has no rule, so that no record ever passes, and AllowEmpty is not true."
        case .ambiguousValue: "A variable's path may lead to several values and has no filter; it is then empty."
        case .badExpression: "An expression cannot be read."
        case .unknownFunction: "An expression calls a function that does not exist."
        case .unknownMethod: "An expression calls a method that does not exist."
        case .undefinedVariable: "A variable is read that nothing sets; it is empty."
        case .constantCondition: "A condition has no variable in it and always gives the same."
        case .passesOfData:
            "A text of strangers is read with more than one pass, which has no effect here and is unsafe in 3CX."
        case .missingOutput: "A result lacks an output without which it is not used."
        case .nearOutput: "The type of an output is unknown and differs little from a known one."
        case .duplicateOutput: "Two outputs have the same type; the last one that is not empty counts."
        case .headerPair: "HeaderName and HeaderValue are only used together."
        }
    }
}

extension Diagnostic {
    init(
        _ severity: Severity, _ code: DiagnosticCode, at position: SourcePosition, _ message: String,
        hint: String? = nil
    ) {
        self.init(severity, code.rawValue, at: position, message, hint: hint)
    }
}
