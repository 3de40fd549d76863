// The documents compiled into the program, and where each stands in the repository and on the server.
// Constant data: nothing here changes while the program runs.

internal import CDocuments

/// A document that is part of the program itself.
package enum EmbeddedDocument: CaseIterable, Hashable, Sendable {
    /// What is documented, `docs/index.md`.
    case index
    /// The API by example, `docs/api.md`.
    case api
    /// Deploying and running the server, `docs/operating.md`.
    case operating
    /// Every command of `nocli`, `docs/nocli.md`.
    case nocli
    /// How the code is laid out, `docs/design.md`.
    case design
    /// The format of CRM templates as the engine runs it, `docs/templates.md`.
    case templates
    /// The list of integrations, `docs/integrations/index.md`.
    case integrations
    /// The guide for 3CX, `docs/integrations/3cx.md`.
    case integration3CX
    /// The style sheet of every page, `docs/style.css`.
    case styleSheet
    /// The OpenAPI 3.1 description of the lookup API, `docs/openapi/lookup.json`.
    case openAPI
    /// The 3CX template as it stands in the repository, `Templates/numbers-online.crm.xml`.
    case template3CX

    /// What the bytes are, which decides how the document is prepared for serving.
    package enum Format: Hashable, Sendable {
        case markdown, css, json, crmTemplate
    }

    /// The bytes exactly as they stand in the repository, copied out of the program's read-only data.
    package var bytes: [UInt8] {
        let document =
            switch self {
            case .index: no_document_index()
            case .api: no_document_api()
            case .operating: no_document_operating()
            case .nocli: no_document_nocli()
            case .design: no_document_design()
            case .templates: no_document_templates()
            case .integrations: no_document_integrations()
            case .integration3CX: no_document_integrations_3cx()
            case .styleSheet: no_document_style_sheet()
            case .openAPI: no_document_openapi_lookup()
            case .template3CX: no_document_numbers_online_template()
            }
        return [UInt8](UnsafeBufferPointer(start: document.bytes, count: document.count))
    }

    /// The path inside the repository, from its top, which relative links between documents are resolved against.
    package var repositoryPath: String {
        switch self {
        case .index: "docs/index.md"
        case .api: "docs/api.md"
        case .operating: "docs/operating.md"
        case .nocli: "docs/nocli.md"
        case .design: "docs/design.md"
        case .templates: "docs/templates.md"
        case .integrations: "docs/integrations/index.md"
        case .integration3CX: "docs/integrations/3cx.md"
        case .styleSheet: "docs/style.css"
        case .openAPI: "docs/openapi/lookup.json"
        case .template3CX: "Templates/numbers-online.crm.xml"
        }
    }

    /// The path under which the server answers with this document.
    package var servedPath: String {
        switch self {
        case .index: "/docs"
        case .api: "/docs/api"
        case .operating: "/docs/operating"
        case .nocli: "/docs/nocli"
        case .design: "/docs/design"
        case .templates: "/docs/templates"
        case .integrations: "/integrations"
        case .integration3CX: "/docs/integrations/3cx"
        case .styleSheet: "/docs/style.css"
        case .openAPI: "/api/spec"
        case .template3CX: "/integrations/3cx/numbers-online.crm.xml"
        }
    }

    /// What the bytes are.
    package var format: Format {
        switch self {
        case .index, .api, .operating, .nocli, .design, .templates, .integrations, .integration3CX: .markdown
        case .styleSheet: .css
        case .openAPI: .json
        case .template3CX: .crmTemplate
        }
    }
}
