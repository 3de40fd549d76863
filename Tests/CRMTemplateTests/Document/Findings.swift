// The table of what is reported about a template.

import CRMTemplate

enum Findings {
    static let all = file + values + parameters + scenarios + requests + answers + expressions + results

    static let file: [Finding] = [
        Finding(.note, .unknownElement) { $0.number += "¶<Extra/>" },
        Finding(.error, .misnamedElement, "<Connection>") {
            $0.connection = "¶<Conection MaxConcurrentRequests=\"2\" />"
        },
        Finding(.warning, .misnamedElement, "write the query into Url") {
            $0.scenarios = Draft.lookup(content: "¶<QueryParams/>")
        },
        Finding(.warning, .misnamedElement, "write the query into Url") {
            $0.scenarios = Draft.lookup(content: "¶<Query/>")
        },
        Finding(.warning, .misnamedElement, "in <PostValues>") { $0.scenarios += Draft.report(content: "¶<Values/>") },
        Finding(.warning, .misplacedElement, "<Crm>") { $0.connection = "<Connection>¶<Authentication/></Connection>" },
        Finding(.error, .misplacedElement, "<Scenarios>") {
            $0.authentication = "<Authentication Type=\"No\">¶<Scenario Id=\"Auth\"/></Authentication>"
        },
        Finding(.warning, .duplicateElement, "as if it were part") {
            $0.scenarios = Draft.lookup() + "</Scenarios>¶<Scenarios>" + Draft.report()
        },
        Finding(.warning, .duplicateElement, "3CX knows one") {
            $0.scenarios = Draft.lookup(variables: "</Variables>¶<Variables><Variable Name=\"Id\" Path=\"a\" />")
        },
        Finding(.warning, .duplicateElement, "ignored") { $0.number += "¶<Number/>" },
        Finding(.error, .missingElement, "<Request>") { $0.scenarios += "¶<Scenario Id=\"ReportCall\"/>" },
        Finding(.error, .missingElement, "<Value>") { $0.authentication = "¶<Authentication Type=\"Basic\" />" },
        Finding(.note, .unknownAttribute) { $0.crm += " ¶Developer=\"x\"" },
        Finding(.note, .unknownAttribute) { $0.crm += " xmlns:q=\"u\" ¶q:Name=\"x\"" },
        Finding(.error, .misnamedAttribute, "RequestType=\"Post\"", besides: [.bodyOfGet]) {
            $0.scenarios += Draft.report(request: "¶Method=\"POST\"")
        },
        Finding(.warning, .misnamedAttribute, "RequestType=\"Get\"") {
            $0.scenarios = Draft.lookup(
                request: "Url=\"https://crm.test/\" RequestType=\"Get\" ¶Method=\"GET\"")
        },
        Finding(.error, .misnamedAttribute, "did you mean MaxLength?") { $0.number = "<Number ¶MaxLenght=\"5\" />" },
        Finding(.error, .misnamedAttribute, "between the tags") {
            $0.scenarios = Draft.lookup(content: "<Headers><Value Key=\"X\" ¶Value=\"y\" /></Headers>")
        },
        Finding(.error, .missingAttribute, "Crm has no Name") { $0.crm = "Name=\"¶\" Version=\"1\" Country=\"US\"" },
        Finding(.error, .missingAttribute, "Request has no Url") {
            $0.scenarios = Draft.lookup(request: "Url=\"¶\"")
        },
        Finding(.error, .missingAttribute, "a parameter has no Name") {
            $0.parameters += "¶<Parameter Type=\"String\"/>"
        },
        Finding(.error, .missingAttribute, "a variable has no Name") {
            $0.scenarios = Draft.lookup(variables: "<Variable Name=\"Id\" Path=\"a\" />¶<Variable Path=\"b\" />")
        },
        Finding(.error, .missingAttribute, "an output has no Type") {
            $0.scenarios = Draft.lookup(outputs: Draft.contact("¶<Output Value=\"x\" />"))
        },
        Finding(.warning, .missingAttribute, "rule has no Type") {
            $0.scenarios = Draft.lookup(rules: "<Rules>¶<Rule>a</Rule></Rules>")
        },
        Finding(.warning, .missingAttribute, "Authentication has no Type") { $0.authentication = "¶<Authentication/>" },
        Finding(.warning, .strayText, "Markdown fence") { $0.scenarios = "¶```xml\n" + $0.scenarios },
        Finding(.warning, .strayText, "no meaning") {
            $0.scenarios = Draft.lookup(variables: "<Variable Name=\"Id\" Path=\"a\"><Filter/>¶`</Variable>")
        },
        Finding(.warning, .strayText, "in the attribute") {
            $0.scenarios = Draft.lookup(variables: "<Variable Name=\"Id\" Path=\"a\"> ¶b</Variable>")
        },
        Finding(.warning, .unrenderedTemplate, "QWeb", besides: [.missingAttribute]) {
            $0.scenarios = Draft.lookup(request: "¶t-att-Url=\"x\"")
        },
    ]

    static let values: [Finding] = [
        Finding(.warning, .enumerationCase, "\"Off\"") { $0.number = "<Number Prefix=\"¶OFF\" />" },
        Finding(.warning, .enumerationCase, "\"Json\"") {
            $0.scenarios += Draft.report(request: "RequestType=\"Post\" RequestEncoding=\"¶JSON\"")
        },
        Finding(.warning, .enumerationCase, "\"No\"") { $0.authentication = "<Authentication Type=\"¶no\" />" },
        Finding(.warning, .enumerationCase, "\"REST\"") { $0.scenarios = Draft.lookup(type: "¶Rest") },
        Finding(.warning, .enumerationCase, "\"true\"") { $0.crm += " SupportsEmojis=\"¶True\"" },
        Finding(.error, .unknownValue, "AsIs, Off, Plus, Zeros") { $0.number = "<Number Prefix=\"¶None\" />" },
        Finding(.error, .unknownValue, "did you mean Post?") {
            $0.scenarios += Draft.report(request: "RequestType=\"¶Pots\"", content: "")
        },
        Finding(.error, .unknownValue, "true or false") { $0.crm += " SupportsEmojis=\"¶yes\"" },
        Finding(.error, .unknownValue, "Rule") {
            $0.scenarios = Draft.lookup(rules: "<Rules><Rule Type=\"¶Contains\">a</Rule></Rules>")
        },
        Finding(.warning, .unknownValue, "Parameter") {
            $0.parameters += "<Parameter Name=\"P\" Type=\"¶Checkbox\" Parent=\"x\" />"
        },
        Finding(.error, .unknownValue, "<Object") {
            $0.scenarios += Draft.report(
                content: "<PostValues><Value Key=\"a\" Type=\"¶Object\"><Value Key=\"b\">1</Value></Value></PostValues>"
            )
        },
        Finding(.warning, .unknownValue, "from 1") { $0.connection = "<Connection MaxConcurrentRequests=\"¶0\" />" },
        Finding(.warning, .badInteger) { $0.connection = "<Connection MaxConcurrentRequests=\"¶many\" />" },
        Finding(.warning, .badInteger) { $0.crm = "Name=\"x\" Version=\"¶1.2\" Country=\"US\"" },
        Finding(.warning, .badInteger, "[MaxLength]") { $0.number = "<Number MaxLength=\"¶ten\" />" },
    ]

    private static let oauth =
        "<Parameter Name=\"Grant\" Type=\"OAuth\" Parent=\"x\" RequestUrl=\"https://crm.test/a\" ResponseScenario=\"Response\" "
    private static let response = Draft.lookup(
        id: "Response", request: "Url=\"https://crm.test/?c=[code]&amp;r=[RedirectUri]&amp;x=[realmId]\"",
        outputs: "<Outputs><Output Type=\"Result\" Value=\"[Id]\" /></Outputs>")

    static let parameters: [Finding] = [
        Finding(.warning, .duplicateParameter) { $0.parameters += "<Parameter Name=\"¶Host\" Parent=\"x\" />" },
        Finding(.note, .hiddenParameter) { $0.parameters += "¶<Parameter Name=\"P\" />" },
        Finding(.warning, .badDefault, "True or False") {
            $0.parameters += "<Parameter Name=\"P\" Type=\"Boolean\" Parent=\"x\" Default=\"¶yes\" />"
        },
        Finding(.warning, .badDefault, "one of a, b") {
            $0.parameters += "<Parameter Name=\"P\" Type=\"List\" Parent=\"x\" Default=\"¶c\" ListValues=\"a,b\" />"
        },
        Finding(.warning, .badDefault, "whole number") {
            $0.parameters += "<Parameter Name=\"P\" Type=\"Integer\" Parent=\"x\" Default=\"¶1.5\" />"
        },
        Finding(.warning, .shadowedName, "ReportCall") {
            $0.parameters += "<Parameter Name=\"¶Agent\" Parent=\"x\" />"
        },
        Finding(.warning, .oauthIncomplete, "[State]") {
            $0.parameters += oauth + "RequestUrlParameters=\"¶r=[RedirectUri]\" />"
            $0.scenarios += response
        },
        Finding(.warning, .oauthIncomplete, "[RedirectUri]") {
            $0.parameters += oauth + "RequestUrlParameters=\"¶r=[State]\" />"
            $0.scenarios += response
        },
        Finding(.error, .oauthIncomplete, "no ResponseScenario") {
            $0.parameters +=
                "¶<Parameter Name=\"G\" Type=\"OAuth\" Parent=\"x\" RequestUrl=\"https://crm.test/?s=[State]&amp;r=[RedirectUri]\" />"
        },
        Finding(.error, .authenticationType, "Type=\"No\"") {
            $0.authentication = "<Authentication Type=\"¶NoAuthentication\" />"
        },
        Finding(.error, .authenticationType, "Bearer") { $0.authentication = "<Authentication Type=\"¶OAuth\" />" },
        Finding(.warning, .severalAuthentications, "Auth", besides: [.unreachableScenario]) {
            $0.authentication = "<Authentication Type=\"Scenario\"><Value>Auth</Value></Authentication>"
            $0.scenarios += Draft.login() + Draft.login(id: "¶Auth2")
        },
    ]

    static let scenarios: [Finding] = [
        Finding(.warning, .unsupportedScenario, "not supported yet") {
            $0.scenarios += "<Scenario Id=\"ReportCall\" Type=\"¶SQLDatabase\"><Query>x</Query></Scenario>"
        },
        Finding(.error, .unsupportedScenario, "never runs") {
            $0.scenarios += Draft.lookup(id: "SearchContacts", type: "¶SOAP")
        },
        Finding(.warning, .duplicateScenario, "only the first") {
            $0.scenarios += Draft.report() + Draft.report(id: "¶ReportCall")
        },
        Finding(.error, .unknownScenario, "did you mean \"GetCompany\"?") {
            $0.scenarios =
                Draft.lookup(outputs: "<Outputs Next=\"¶GetCompny\" />")
                + Draft.lookup(outputs: "<Outputs Next=\"GetCompany\"/>")
                + Draft.lookup(id: "GetCompany")
        },
        Finding(.error, .unknownScenario, "Auth") {
            $0.authentication = "<Authentication Type=\"Scenario\"><Value>\n ¶Auth</Value></Authentication>"
        },
        Finding(.error, .unknownScenario, "\"auth\"") { $0.authentication = "¶<Authentication Type=\"Scenario\" />" },
        Finding(.error, .unknownScenario, "Response") {
            $0.parameters +=
                oauth.replacing("\"Response\"", with: "\"¶Response\"")
                + "RequestUrlParameters=\"s=[State]&amp;r=[RedirectUri]\" />"
        },
        Finding(.warning, .unreachableScenario, "Id=\"ReportCall\"") {
            $0.scenarios += Draft.report(id: "¶ReprotCall")
        },
        Finding(.warning, .unreachableScenario, "chain this one") {
            $0.scenarios += Draft.report(id: "¶ReportCallMissed")
        },
        Finding(.warning, .unreachableScenario, "empty Id") { $0.scenarios = Draft.lookup(id: "¶Lookup") },
        Finding(.error, .chainCycle, "A, then B, then A") {
            $0.scenarios +=
                Draft.report(outputs: "<Outputs Next=\"A\" AllowEmpty=\"true\"/>")
                + Draft.report(id: "A", outputs: "<Outputs Next=\"¶B\" AllowEmpty=\"true\"/>")
                + Draft.report(id: "B", outputs: "<Outputs Next=\"A\" AllowEmpty=\"true\"/>")
        },
        Finding(.warning, .outputsBesideNext) {
            $0.scenarios =
                Draft.lookup(outputs: "<Outputs Next=\"B\">¶<Output Type=\"FirstName\" Value=\"x\"/></Outputs>")
                + Draft.lookup(id: "B")
        },
        Finding(.error, .noRules, "never used") {
            $0.scenarios = Draft.lookup(rules: "<Rules/>", outputs: "¶" + Draft.contact())
        },
        Finding(.warning, .noRules, "always empty") {
            $0.scenarios +=
                Draft.lookup(
                    id: "ReportCall", rules: "", variables: "¶<Variable Name=\"V\" Path=\"a\"/>",
                    outputs: "<Outputs Next=\"B\" AllowEmpty=\"true\"/>") + Draft.report(id: "B")
        },
        Finding(.warning, .noRules, "call flow") {
            $0.scenarios +=
                "¶"
                + Draft.lookup(
                    id: "LookupFromCFD_Contacts_LookupID", rules: "", variables: "",
                    outputs: "<Outputs AllowEmpty=\"true\"/>")
        },
    ]

    static let requests: [Finding] = [
        Finding(.warning, .badURL, "https://") { $0.scenarios = Draft.lookup(request: "Url=\"¶crm.test/x\"") },
        Finding(.error, .badURL, "only http") { $0.scenarios = Draft.lookup(request: "Url=\"¶ftp://crm.test/x\"") },
        Finding(.warning, .plainHTTP) { $0.scenarios = Draft.lookup(request: "Url=\"¶http://crm.test/x\"") },
        Finding(.error, .authorityFromData) {
            $0.scenarios = Draft.lookup(request: "Url=\"https://[¶Number].crm.test/x\"")
        },
        Finding(.error, .authorityFromData) {
            $0.scenarios =
                Draft.lookup(outputs: "<Outputs Next=\"B\"/>")
                + Draft.lookup(id: "B", request: "Url=\"[¶Id]/x\"")
        },
        Finding(.warning, .bodyOfGet, "RequestType=\"Post\"") {
            $0.scenarios += Draft.report(
                request: "RequestType=\"Get\"", content: "¶<PostValues><Value Key=\"a\">1</Value></PostValues>")
        },
        Finding(.error, .bodyOfGet, "without RequestType") {
            $0.scenarios += Draft.report(request: "¶Message=\"x\"", content: "")
        },
        Finding(.warning, .messageAndValues) {
            $0.scenarios += Draft.report(request: "RequestType=\"Post\" RequestEncoding=\"Json\" ¶Message=\"x\"")
        },
        Finding(.error, .badKey, "Key=\"…\"") {
            $0.scenarios += Draft.report(content: "<PostValues><Value Key=\"¶\">1</Value></PostValues>")
        },
        Finding(.error, .badKey, "Key=\"a\"") {
            $0.scenarios += Draft.report(content: "<PostValues><Value ¶Name=\"a\">1</Value></PostValues>")
        },
        Finding(.error, .badKey, "a header has no Key") {
            $0.scenarios = Draft.lookup(content: "<Headers>¶<Value>x</Value></Headers>")
        },
        Finding(.error, .badKey, "no name of a header") {
            $0.scenarios = Draft.lookup(content: "<Headers><Value Key=\"¶X Key\">x</Value></Headers>")
        },
        Finding(.warning, .badKey, "Key=\"\"") {
            $0.scenarios += Draft.report(
                content: "<PostValues><Array Key=\"a\"><Value ¶Key=\"b\">1</Value></Array></PostValues>")
        },
        Finding(.warning, .nestedForm) {
            $0.scenarios += Draft.report(
                request: "RequestType=\"Post\"",
                content:
                    "<PostValues><Value Key=\"v\">1</Value>¶<Object Key=\"o\"><Value Key=\"a\">1</Value></Object></PostValues>"
            )
        },
        Finding(.note, .unescapedNumber) {
            $0.number = "<Number Prefix=\"Plus\" />"
            $0.scenarios = Draft.lookup(request: "Url=\"https://[Host]/?a=b&amp;q=[¶Number]\"")
        },
    ]

    static let answers: [Finding] = [
        Finding(.warning, .emptyPath, "an answer at all") {
            $0.scenarios = Draft.lookup(rules: "<Rules>¶<Rule Type=\"Any\" /></Rules>")
        },
        Finding(.warning, .emptyPath, "is empty") {
            $0.scenarios = Draft.lookup(variables: "¶<Variable Name=\"Id\" Path=\"\" />")
        },
        Finding(.warning, .emptyPath, "'.'") {
            $0.scenarios = Draft.lookup(variables: "<Variable Name=\"Id\" Path=\"a.¶.b\" />")
        },
        Finding(.warning, .pathIsData, "an address") {
            $0.scenarios = Draft.lookup(variables: "<Variable Name=\"Id\" Path=\"¶https://crm.test/a\" />")
        },
        Finding(.warning, .pathIsData, "a number") {
            $0.scenarios = Draft.lookup(variables: "<Variable Name=\"Id\" Path=\"\"> ¶5550100<Filter/></Variable>")
        },
        Finding(.warning, .pathIsData, "an e-mail") {
            $0.scenarios = Draft.lookup(rules: "<Rules><Rule Type=\"Any\">\n  ¶ann@crm.test</Rule></Rules>")
        },
        Finding(.warning, .positionInPath, "[0]") {
            $0.scenarios = Draft.lookup(variables: "<Variable Name=\"Id\" Path=\"people¶[0].id\" />")
        },
        Finding(.warning, .positionInPath, "\"0\"") {
            $0.scenarios = Draft.lookup(variables: "<Variable Name=\"Id\" Path=\"people.¶0.id\" />")
        },
        Finding(.warning, .pathIsExpression) {
            $0.scenarios = Draft.lookup(variables: "<Variable Name=\"Id\" Path=\"people.¶[Number]\" />")
        },
        Finding(.warning, .pathIsExpression, "JSONPath") {
            $0.scenarios = Draft.lookup(variables: "<Variable Name=\"Id\" Path=\"¶$.people.id\" />")
        },
        Finding(.warning, .pathIsExpression, "XPath") {
            $0.scenarios = Draft.lookup(rules: "<Rules><Rule Type=\"Any\"> ¶people/id</Rule></Rules>")
        },
        Finding(.warning, .destinationEmail) {
            $0.scenarios = Draft.lookup(rules: "<Rules><Rule Type=\"¶DestinationEmail\">a</Rule></Rules>")
        },
        Finding(.warning, .missingEthalon) {
            $0.scenarios = Draft.lookup(rules: "<Rules>¶<Rule Type=\"Equals\">a</Rule></Rules>")
        },
        Finding(.warning, .unusedEthalon) {
            $0.scenarios = Draft.lookup(rules: "<Rules><Rule Type=\"Any\" ¶Ethalon=\"x\">a</Rule></Rules>")
        },
        Finding(.warning, .lookupValue) {
            $0.scenarios = Draft.lookup(variables: "<Variable Name=\"Id\" Path=\"a\" ¶LookupValue=\"x\" />")
        },
        Finding(.warning, .duplicateVariable) {
            $0.scenarios = Draft.lookup(
                variables: "<Variable Name=\"Id\" Path=\"a\" /><Variable Name=\"¶Id\" Path=\"b\" />")
        },
    ]

    static let expressions: [Finding] = [
        Finding(.error, .badExpression) {
            $0.scenarios = Draft.lookup(request: "Url=\"https://[Host]/\" SkipIf=\"[Host]¶=1\"")
        },
        Finding(.warning, .suspiciousExpression, "no '[' before it") {
            $0.scenarios = Draft.lookup(request: "Url=\"https://[Host]/{{a}}&amp;Number¶]\"")
        },
        Finding(.warning, .suspiciousExpression, "double quotes") {
            $0.scenarios = Draft.lookup(request: "Url=\"https://[Host]/\" SkipIf=\"[Host]==¶''\"")
        },
        Finding(.warning, .suspiciousExpression, "double quotes") {
            $0.scenarios = Draft.lookup(request: "Url=\"https://[Host]/[IIf([Host]==¶'a',&quot;'b'&quot;,it's)]\"")
        },
        Finding(.warning, .suspiciousExpression, "write .get_TotalSeconds()") {
            $0.scenarios += Draft.report(
                content: "<PostValues><Value Key=\"a\">[[DurationTimespan].¶TotalSeconds]</Value></PostValues>")
        },
        Finding(.warning, .suspiciousExpression, "write [[Number].Replace(…)]") {
            $0.scenarios += Draft.report(
                content: "<PostValues><Value Key=\"a\">[¶Number.Replace(\"a\",\"b\")]</Value></PostValues>")
        },
        Finding(.error, .unknownFunction) {
            $0.scenarios = Draft.lookup(
                outputs: Draft.contact("<Output Type=\"Email\" Value=\"&quot;[¶replaceq([Id],a,b)]\" />"))
        },
        Finding(.error, .unknownMethod) {
            $0.scenarios += Draft.report(
                content:
                    "<PostValues><Value Key=\"a\">x<!-- -->é&amp;[[Number].¶Replce(\"a\",\"b\")]</Value></PostValues>")
        },
        Finding(.warning, .undefinedVariable, "did you mean [Number]?") {
            $0.scenarios = Draft.lookup(request: "Url=\"https://[Host]/&amp;ü[¶Numbr]\"")
        },
        Finding(.warning, .undefinedVariable, "did you mean [EscapedNumber]?") {
            $0.scenarios = Draft.lookup(request: "Url=\"https://[Host]/[¶EscapedNumbr]\"")
        },
        Finding(.warning, .undefinedVariable, "ReportCall, ReportChat only") {
            $0.scenarios = Draft.lookup(outputs: Draft.contact("<Output Type=\"Email\" Value=\"[¶AgentEmail]\" />"))
        },
        Finding(.warning, .undefinedVariable, "not run before") {
            $0.scenarios += Draft.report(content: "<PostValues><Value Key=\"a\">[¶Id]</Value></PostValues>")
        },
        Finding(.warning, .undefinedVariable, "sets [Id]") {
            $0.scenarios = Draft.lookup(request: "Url=\"https://[Host]/[¶Id]\"")
        },
        Finding(.warning, .undefinedVariable, "no id of a call") {
            $0.scenarios += Draft.report(content: "<PostValues><Value Key=\"a\">[¶CallId]</Value></PostValues>")
        },
        Finding(.warning, .undefinedVariable, "[Duration]") {
            $0.scenarios += Draft.report(content: "<PostValues><Value Key=\"a\">[¶CallDuration]</Value></PostValues>")
        },
        Finding(.warning, .undefinedVariable, "no scenario outputs") {
            $0.scenarios += Draft.report(content: "<PostValues><Value Key=\"a\">[¶Contact::Rank]</Value></PostValues>")
        },
        Finding(.warning, .undefinedVariable, "<Parameter>") {
            $0.authentication = "<Authentication Type=\"Basic\"><Value>\n[¶Unheard]:X</Value></Authentication>"
        },
        Finding(.warning, .undefinedVariable, "") {
            $0.parameters +=
                "<Parameter Name=\"Text\" Type=\"String\" Parent=\"x\" Default=\"&lt;b>[Number] [¶Absent]\" />"
            $0.scenarios += Draft.report(
                content: "<PostValues><Value Key=\"a\" Passes=\"2\">[[Text]]</Value></PostValues>")
        },
        Finding(.note, .middlewareVariable) {
            $0.scenarios += Draft.report(
                content: "<PostValues><Value Key=\"a\">[¶CallReference] [Number]</Value></PostValues>")
        },
        Finding(.note, .variableCase, "[Host]") { $0.scenarios = Draft.lookup(request: "Url=\"https://[¶HOST]/\"") },
        Finding(.warning, .constantCondition) {
            $0.scenarios = Draft.lookup(request: "Url=\"https://[Host]/\" SkipIf=\"¶CallType==Missed\"")
        },
        Finding(.warning, .passesOfData) {
            $0.scenarios += Draft.report(
                content: "<PostValues><Value Key=\"a\" Passes=\"2\">[¶Transcription]</Value></PostValues>")
        },
        Finding(.warning, .unexpandedDefault, "Passes=\"2\"") {
            $0.parameters += "<Parameter Name=\"Text\" Parent=\"x\" Default=\"Call from [Number]\" />"
            $0.scenarios += Draft.report(content: "<PostValues><Value Key=\"a\">[¶Text]</Value></PostValues>")
        },
    ]

    static let results: [Finding] = [
        Finding(.error, .missingOutput, "never finds") { $0.scenarios = Draft.lookup(outputs: "¶<Outputs/>") },
        Finding(.warning, .missingOutput, "never finds") {
            $0.scenarios += "¶" + Draft.lookup(outputs: "")
        },
        Finding(.error, .missingOutput, "ContactUrl") {
            $0.scenarios = Draft.lookup(outputs: "¶" + Draft.contact(url: ""))
        },
        Finding(.error, .missingOutput, "name") {
            $0.scenarios =
                Draft.lookup(outputs: "<Outputs Next=\"B\"/>")
                + Draft.lookup(id: "B", outputs: "¶" + Draft.contact(name: ""))
        },
        Finding(.warning, .missingOutput, "phone number") {
            $0.scenarios = Draft.lookup(outputs: "¶" + Draft.contact(phone: ""))
        },
        Finding(.warning, .missingOutput, "ContactUrl") {
            $0.scenarios += Draft.lookup(id: "CreateContactRecord", outputs: "¶" + Draft.contact(url: "", phone: ""))
        },
        Finding(.error, .missingOutput, "Bearer") {
            $0.authentication = "<Authentication Type=\"Scenario\"><Value>Auth</Value></Authentication>"
            $0.scenarios += Draft.login(outputs: "¶<Output Type=\"BearerExpiration\" Value=\"60\" />")
        },
        Finding(.error, .missingOutput, "Result", besides: [.unknownOutput]) {
            $0.parameters += oauth + "RequestUrlParameters=\"s=[State]&amp;r=[RedirectUri]\" />"
            $0.scenarios += Draft.lookup(
                id: "Response", outputs: "¶<Outputs><Output Type=\"Else\" Value=\"[Id]\" /></Outputs>")
        },
        Finding(.warning, .nearOutput, "did you mean FirstName?") {
            $0.scenarios = Draft.lookup(outputs: Draft.contact("<Output Type=\"¶Firstname\" Value=\"x\" />"))
        },
        Finding(.warning, .nearOutput, "CompanyName") {
            $0.scenarios = Draft.lookup(outputs: Draft.contact("<Output Type=\"¶Company\" Value=\"x\" />"))
        },
        Finding(.warning, .nearOutput, "Bearer", besides: [.missingOutput]) {
            $0.authentication = "<Authentication Type=\"Scenario\"><Value>Auth</Value></Authentication>"
            $0.scenarios += Draft.login(outputs: "<Output Type=\"¶AccessToken\" Value=\"[Token]\" />")
        },
        Finding(.warning, .unknownOutput, "used are Bearer") {
            $0.authentication = "<Authentication Type=\"Scenario\"><Value>Auth</Value></Authentication>"
            $0.scenarios += Draft.login(
                outputs: "<Output Type=\"Bearer\" Value=\"[Token]\" /><Output Type=\"¶InstanceAddress\" Value=\"x\" />")
        },
        Finding(.note, .duplicateOutput) {
            $0.scenarios = Draft.lookup(outputs: Draft.contact("<Output Type=\"¶FirstName\" Value=\"y\" />"))
        },
        Finding(.error, .headerPair, "no HeaderValue") {
            $0.authentication = "<Authentication Type=\"Scenario\"><Value>Auth</Value></Authentication>"
            $0.scenarios += Draft.login(outputs: "¶<Output Type=\"HeaderName\" Value=\"x\" />")
        },
    ]
}
