// Which attributes and children each element of a template has. Immutable.

/// What is known about one kind of element.
struct ElementShape: Sendable {
    let attributes: [String]
    let children: [String]
    /// Whether text between its tags has a meaning.
    let hasText: Bool
    /// Attributes that authors write for another one, with what they should write.
    let aliases: [String: String]

    /// Whether it is a part of a body or a header, which has a Key.
    var isKeyed: Bool { attributes.contains("Key") }

    private init(
        _ attributes: [String], children: [String] = [], hasText: Bool = false, aliases: [String: String] = [:]
    ) {
        self.attributes = attributes
        self.children = children
        self.hasText = hasText
        self.aliases = aliases
    }

    static let crm = ElementShape(
        ["Name", "Version", "Country", "SupportsEmojis", "SupportsTranscription", "ListPageSize"],
        children: ["Number", "Connection", "Parameters", "Authentication", "Scenarios"])
    static let number = ElementShape(["Prefix", "MaxLength"])
    static let connection = ElementShape(["MaxConcurrentRequests"])
    static let parameters = ElementShape([], children: ["Parameter"])
    static let parameter = ElementShape(
        [
            "Name", "Type", "Parent", "Editor", "Title", "Validation", "Default", "ListValues", "RequestUrl",
            "RequestUrlParameters", "ResponseScenario",
        ], aliases: ["Key": "Name", "Caption": "Title", "Label": "Title", "Value": "Default", "Values": "ListValues"])
    static let authentication = ElementShape(["Type"], children: ["Value"], aliases: ["Value": "<Value>…</Value>"])
    static let authenticationValue = ElementShape([], hasText: true)
    static let scenarios = ElementShape([], children: ["Scenario"])
    static let scenario = ElementShape(
        ["Id", "Type", "EntityId", "EntityOrder"],
        children: ["Request", "Rules", "Variables", "Outputs", "Query", "Command"], aliases: ["Name": "Id", "ID": "Id"])
    static let request = ElementShape(
        [
            "Url", "RequestType", "RequestEncoding", "RequestContentType", "Message", "MessagePasses", "ResponseType",
            "SkipIf",
        ], children: ["Headers", "PostValues"],
        aliases: [
            "Method": "RequestType", "HttpMethod": "RequestType", "Type": "RequestType", "URL": "Url",
            "ContentType": "RequestContentType", "Encoding": "RequestEncoding", "PostText": "Message",
            "Body": "Message", "If": "SkipIf",
        ])
    static let headers = ElementShape([], children: ["Value"])
    static let header = ElementShape(
        ["Key", "Passes", "Type", "If", "SkipIf"], hasText: true,
        aliases: ["Value": "the text between the tags"])
    static let postValues = ElementShape(["Key", "If", "SkipIf"], children: ["Value", "Object", "Array"])
    static let bodyValue = ElementShape(
        ["Key", "If", "SkipIf", "Passes", "Type"], hasText: true,
        aliases: ["Value": "the text between the tags"])
    static let bodyGroup = ElementShape(
        ["Key", "If", "SkipIf"], children: ["Value", "Object", "Array"])
    static let rules = ElementShape([], children: ["Rule"])
    static let rule = ElementShape(
        ["Type", "Ethalon"], hasText: true,
        aliases: ["Path": "the text between the tags", "Value": "Ethalon", "Etalon": "Ethalon"])
    static let variables = ElementShape([], children: ["Variable"])
    static let variable = ElementShape(
        ["Name", "Path", "LookupValue"], children: ["Filter"], hasText: true, aliases: ["Key": "Name"])
    static let filter = ElementShape([], children: ["Rule"])
    static let outputs = ElementShape(["Next", "AllowEmpty"], children: ["Output"])
    static let output = ElementShape(
        ["Type", "Value", "Passes"], aliases: ["MapTo": "Type", "Name": "Type", "Key": "Type", "Path": "Value"])

    /// Every element of a template, with where it belongs.
    static let homes: [String: String] = [
        "Number": "<Crm>", "Connection": "<Crm>", "Parameters": "<Crm>", "Authentication": "<Crm>",
        "Scenarios": "<Crm>", "Parameter": "<Parameters>", "Scenario": "<Scenarios>", "Request": "<Scenario>",
        "Rules": "<Scenario>", "Variables": "<Scenario>", "Outputs": "<Scenario>", "Headers": "<Request>",
        "PostValues": "<Request>", "Rule": "<Rules> or <Filter>", "Variable": "<Variables>", "Filter": "<Variable>",
        "Output": "<Outputs>", "Value": "<PostValues>, <Headers> or <Authentication>",
        "Object": "<PostValues>", "Array": "<PostValues>",
    ]

    /// Elements that authors invent, with what to write instead.
    static let inventions: [String: String] = [
        "QueryParams": "write the query into Url: Url=\"https://…?name=[Value]\"",
        "Parameter": "write the query into Url, or <Value Key=\"…\"> into <PostValues>",
        "Query": "write the query into Url: Url=\"https://…?name=[Value]\"",
        "Values": "the parts of a body stand in <PostValues>",
        "Body": "the parts of a body stand in <PostValues>, a whole text in the attribute Message",
        "Header": "headers are <Value Key=\"…\"> in <Headers>",
        "Response": "<Rules>, <Variables> and <Outputs> stand in <Scenario> and say what is read from the answer",
        "Filters": "<Filter> stands in <Variable> itself",
        "Configuration": "<Parameters> stands in <Crm> itself",
    ]
}
