// A scenario of a template as a value: one request, what is read out of its answer, what comes of it. Immutable.

/// `Scenarios/Scenario`.
package struct Scenario: Sendable {
    package enum Kind: Sendable, Hashable {
        case rest
        /// `SQLDatabase` or `NoSQLDatabase`: known, and not supported yet.
        case database(String)
        /// Any other text.
        case unknown(String)
    }

    /// Empty for a lookup by number.
    package let id: String
    package let kind: Kind
    /// `Scenario@EntityId`, matched against what ``entityOrder`` lists.
    package let entityID: String
    /// `Scenario@EntityOrder`: the order of the scenarios of one trigger, separated by `/`.
    package let entityOrder: TextExpression
    /// nil when the file has none, which is an error at the moment it is run.
    package let request: RequestTemplate?
    /// A record must pass every group.
    package let ruleGroups: [RuleGroup]
    package let variables: [VariableTemplate]
    package let outputs: OutputsTemplate?
    package let position: SourcePosition
    /// Place in the file, from 0: names a scenario that has no Id.
    package let index: Int

    package init(
        id: String, kind: Kind, entityID: String, entityOrder: TextExpression, request: RequestTemplate?,
        ruleGroups: [RuleGroup], variables: [VariableTemplate], outputs: OutputsTemplate?, position: SourcePosition,
        index: Int
    ) {
        self.id = id
        self.kind = kind
        self.entityID = entityID
        self.entityOrder = entityOrder
        self.request = request
        self.ruleGroups = ruleGroups
        self.variables = variables
        self.outputs = outputs
        self.position = position
        self.index = index
    }
}

/// `Scenario/Request`.
package struct RequestTemplate: Sendable {
    package enum Encoding: String, Sendable, CaseIterable {
        case urlEncoded = "UrlEncoded"
        case json = "Json"
    }

    package enum Method: String, Sendable, CaseIterable {
        case get = "Get"
        case post = "Post"
        case put = "Put"
        case patch = "Patch"
        case delete = "Delete"
    }

    package enum ResponseType: String, Sendable, CaseIterable {
        case json = "Json"
        case xml = "Xml"
    }

    /// `Headers/Value`.
    package struct Header: Sendable {
        package let name: String
        package let value: TextExpression
        /// `If` and `SkipIf`.
        package let guards: NodeGuards

        package init(name: String, value: TextExpression, guards: NodeGuards) {
            self.name = name
            self.value = value
            self.guards = guards
        }
    }

    package let url: TextExpression
    package let method: Method
    package let encoding: Encoding
    /// `RequestContentType`; empty: by encoding.
    package let contentType: String
    /// `Message` with `MessagePasses`; nil when absent or empty.
    package let message: TextExpression?
    package let responseType: ResponseType
    package let skipIf: ConditionExpression?
    package let headers: [Header]
    /// `PostValues`; nil when the element is absent or has no children.
    package let postValues: BodyNode?
    package let position: SourcePosition

    package init(
        url: TextExpression, method: Method, encoding: Encoding, contentType: String, message: TextExpression?,
        responseType: ResponseType, skipIf: ConditionExpression?, headers: [Header], postValues: BodyNode?,
        position: SourcePosition
    ) {
        self.url = url
        self.method = method
        self.encoding = encoding
        self.contentType = contentType
        self.message = message
        self.responseType = responseType
        self.skipIf = skipIf
        self.headers = headers
        self.postValues = postValues
        self.position = position
    }
}

/// `If` and `SkipIf` of a part of a request: it is sent when neither is there, `If` is true and `SkipIf` is not.
package struct NodeGuards: Sendable {
    package let sendIf: ConditionExpression?
    package let skipIf: ConditionExpression?

    package init(sendIf: ConditionExpression?, skipIf: ConditionExpression?) {
        self.sendIf = sendIf
        self.skipIf = skipIf
    }
}

/// A part of the body under `PostValues`.
package struct BodyNode: Sendable {
    package enum ValueType: String, Sendable, CaseIterable {
        case string = "String"
        case integer = "Integer"
        case double = "Double"
        case boolean = "Boolean"
        case dateTime = "DateTime"
    }

    package indirect enum Content: Sendable {
        case value(TextExpression, ValueType)
        case object([BodyNode])
        case array([BodyNode])
    }

    /// A string expression; empty inside an array and for a root.
    package let key: TextExpression
    package let content: Content
    package let guards: NodeGuards
    package let position: SourcePosition

    package init(key: TextExpression, content: Content, guards: NodeGuards, position: SourcePosition) {
        self.key = key
        self.content = content
        self.guards = guards
        self.position = position
    }
}

/// `Scenario/Rules`: passes when one of its rules does.
package struct RuleGroup: Sendable {
    package let rules: [RuleTemplate]
    package let position: SourcePosition

    package init(rules: [RuleTemplate], position: SourcePosition) {
        self.rules = rules
        self.position = position
    }
}

/// `Rules/Rule` or `Filter/Rule`.
package struct RuleTemplate: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case any = "Any"
        case number = "Number"
        case equals = "Equals"
        /// Not in use by anybody; never passes.
        case destinationEmail = "DestinationEmail"
    }

    package let kind: Kind
    package let path: ResponsePath
    /// What ``Kind/equals`` compares with.
    package let ethalon: TextExpression
    package let position: SourcePosition

    package init(kind: Kind, path: ResponsePath, ethalon: TextExpression, position: SourcePosition) {
        self.kind = kind
        self.path = path
        self.ethalon = ethalon
        self.position = position
    }
}

/// `Variables/Variable`.
package struct VariableTemplate: Sendable {
    package let name: String
    package let path: ResponsePath
    /// One OR group; empty: no filter.
    package let filter: [RuleTemplate]
    package let position: SourcePosition

    package init(name: String, path: ResponsePath, filter: [RuleTemplate], position: SourcePosition) {
        self.name = name
        self.path = path
        self.filter = filter
        self.position = position
    }
}

/// `Scenario/Outputs`.
package struct OutputsTemplate: Sendable {
    package struct Output: Sendable {
        /// `FirstName`, `ContactUrl`, `Bearer`, … or any name of the author's own.
        package let type: String
        package let value: TextExpression
        package let position: SourcePosition

        package init(type: String, value: TextExpression, position: SourcePosition) {
            self.type = type
            self.value = value
            self.position = position
        }
    }

    /// Id of the scenario to run for each record; nil when this one gives the result.
    package let next: String?
    package let allowsEmpty: Bool
    package let outputs: [Output]
    package let position: SourcePosition

    package init(next: String?, allowsEmpty: Bool, outputs: [Output], position: SourcePosition) {
        self.next = next
        self.allowsEmpty = allowsEmpty
        self.outputs = outputs
        self.position = position
    }
}
