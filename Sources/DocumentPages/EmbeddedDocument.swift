// The documents compiled into the program, and where each stands in the repository and on the server.
// Constant data: nothing here changes while the program runs.

internal import CDocuments

/// A document that is part of the program itself.
package enum EmbeddedDocument: CaseIterable, Hashable, Sendable {
    /// What is documented, `docs/index.md`.
    case index
    /// The lookup API by example, `docs/api.md`.
    case api
    /// What a spam score is made of, `docs/spam-signal.md`.
    case spamSignal
    /// The CRM middleware by example, `docs/middleware.md`.
    case middleware
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
    /// Caller names in 3CX, `docs/integrations/3cx.md`.
    case integration3CX
    /// Caller names in FreeSWITCH and FusionPBX, `docs/integrations/freeswitch-fusionpbx.md`.
    case guideFreeSWITCH
    /// Caller names in Asterisk, `docs/integrations/asterisk.md`.
    case guideAsterisk
    /// Caller names in FreePBX with CID Superfecta, `docs/integrations/freepbx-superfecta.md`.
    case guideSuperfecta
    /// Caller names in MicroSIP, `docs/integrations/microsip.md`.
    case guideMicroSIP
    /// The configuration of FreeSWITCH's mod_cidlookup, `docs/integrations/freeswitch/cidlookup.conf.xml`.
    case cidlookupConfiguration
    /// The Lua script for FreeSWITCH and FusionPBX, `docs/integrations/freeswitch/numbers_online_cnam.lua`.
    case freeSWITCHScript
    /// The dialplan for Asterisk, `docs/integrations/asterisk/extensions.conf`.
    case asteriskDialplan
    /// The module for FreePBX CID Superfecta, `docs/integrations/freepbx/source-NumbersOnline.module`.
    case superfectaModule
    /// The PowerShell script for MicroSIP, `docs/integrations/microsip/NumbersOnlineLookup.ps1`.
    case microSIPScript
    /// The batch file that starts the script from MicroSIP, `docs/integrations/microsip/NumbersOnlineLookup.bat`.
    case microSIPBatch
    /// The middleware in 3CX, `docs/integrations/crm-3cx.md`.
    case crm3CX
    /// The middleware in FreeSWITCH, `docs/integrations/crm-freeswitch.md`.
    case crmFreeSWITCH
    /// The middleware in Asterisk, `docs/integrations/crm-asterisk.md`.
    case crmAsterisk
    /// The style sheet of every page, `docs/style.css`.
    case styleSheet
    /// The OpenAPI 3.1 description of the lookup API, `docs/openapi/lookup.json`.
    case openAPI
    /// The OpenAPI 3.1 description of the middleware, `docs/openapi/middleware.json`.
    case middlewareOpenAPI
    /// The 3CX template of the lookup service, `Templates/numbers-online.crm.xml`.
    case template3CX
    /// The 3CX template of the middleware, `Templates/crm-middleware.crm.xml`.
    case middlewareTemplate3CX

    /// What the bytes are, which decides how the document is prepared for serving.
    package enum Format: Hashable, Sendable {
        case markdown, css, json, crmTemplate
        /// A file for a phone system, whose language decides its content type.
        case pbxFile(contentType: String)
    }

    /// The bytes exactly as they stand in the repository, copied out of the program's read-only data.
    package var bytes: [UInt8] {
        let document =
            switch self {
            case .index: no_document_index()
            case .api: no_document_api()
            case .spamSignal: no_document_spam_signal()
            case .middleware: no_document_middleware()
            case .operating: no_document_operating()
            case .nocli: no_document_nocli()
            case .design: no_document_design()
            case .templates: no_document_templates()
            case .integrations: no_document_integrations()
            case .integration3CX: no_document_integrations_3cx()
            case .guideFreeSWITCH: no_document_integrations_freeswitch_fusionpbx()
            case .guideAsterisk: no_document_integrations_asterisk()
            case .guideSuperfecta: no_document_integrations_freepbx_superfecta()
            case .guideMicroSIP: no_document_integrations_microsip()
            case .cidlookupConfiguration: no_document_freeswitch_cidlookup()
            case .freeSWITCHScript: no_document_freeswitch_cnam_lua()
            case .asteriskDialplan: no_document_asterisk_extensions()
            case .superfectaModule: no_document_freepbx_superfecta_module()
            case .microSIPScript: no_document_microsip_ps1()
            case .microSIPBatch: no_document_microsip_bat()
            case .crm3CX: no_document_integrations_crm_3cx()
            case .crmFreeSWITCH: no_document_integrations_crm_freeswitch()
            case .crmAsterisk: no_document_integrations_crm_asterisk()
            case .styleSheet: no_document_style_sheet()
            case .openAPI: no_document_openapi_lookup()
            case .middlewareOpenAPI: no_document_openapi_middleware()
            case .template3CX: no_document_numbers_online_template()
            case .middlewareTemplate3CX: no_document_crm_middleware_template()
            }
        return [UInt8](UnsafeBufferPointer(start: document.bytes, count: document.count))
    }

    /// The path inside the repository, from its top, which relative links between documents are resolved against.
    package var repositoryPath: String {
        switch self {
        case .index: "docs/index.md"
        case .api: "docs/api.md"
        case .spamSignal: "docs/spam-signal.md"
        case .middleware: "docs/middleware.md"
        case .operating: "docs/operating.md"
        case .nocli: "docs/nocli.md"
        case .design: "docs/design.md"
        case .templates: "docs/templates.md"
        case .integrations: "docs/integrations/index.md"
        case .integration3CX: "docs/integrations/3cx.md"
        case .guideFreeSWITCH: "docs/integrations/freeswitch-fusionpbx.md"
        case .guideAsterisk: "docs/integrations/asterisk.md"
        case .guideSuperfecta: "docs/integrations/freepbx-superfecta.md"
        case .guideMicroSIP: "docs/integrations/microsip.md"
        case .cidlookupConfiguration: "docs/integrations/freeswitch/cidlookup.conf.xml"
        case .freeSWITCHScript: "docs/integrations/freeswitch/numbers_online_cnam.lua"
        case .asteriskDialplan: "docs/integrations/asterisk/extensions.conf"
        case .superfectaModule: "docs/integrations/freepbx/source-NumbersOnline.module"
        case .microSIPScript: "docs/integrations/microsip/NumbersOnlineLookup.ps1"
        case .microSIPBatch: "docs/integrations/microsip/NumbersOnlineLookup.bat"
        case .crm3CX: "docs/integrations/crm-3cx.md"
        case .crmFreeSWITCH: "docs/integrations/crm-freeswitch.md"
        case .crmAsterisk: "docs/integrations/crm-asterisk.md"
        case .styleSheet: "docs/style.css"
        case .openAPI: "docs/openapi/lookup.json"
        case .middlewareOpenAPI: "docs/openapi/middleware.json"
        case .template3CX: "Templates/numbers-online.crm.xml"
        case .middlewareTemplate3CX: "Templates/crm-middleware.crm.xml"
        }
    }

    /// The servers that answer with this document. What both are run and administered by is on both.
    package var sites: Set<ServerSite> {
        switch self {
        case .index, .operating, .nocli, .design, .templates, .integrations, .styleSheet: [.lookup, .middleware]
        case .api, .spamSignal, .integration3CX, .openAPI, .template3CX: [.lookup]
        case .guideFreeSWITCH, .guideAsterisk, .guideSuperfecta, .guideMicroSIP, .cidlookupConfiguration,
            .freeSWITCHScript, .asteriskDialplan, .superfectaModule, .microSIPScript, .microSIPBatch:
            [.lookup]
        case .middleware, .crm3CX, .crmFreeSWITCH, .crmAsterisk, .middlewareOpenAPI, .middlewareTemplate3CX:
            [.middleware]
        }
    }

    /// The path under which a server answers with this document; unique among the documents of one server.
    package var servedPath: String {
        switch self {
        case .index: "/docs"
        case .api: "/docs/api"
        case .spamSignal: "/docs/spam-signal"
        case .middleware: "/docs/middleware"
        case .operating: "/docs/operating"
        case .nocli: "/docs/nocli"
        case .design: "/docs/design"
        case .templates: "/docs/templates"
        case .integrations: "/integrations"
        case .integration3CX: "/docs/integrations/3cx"
        case .guideFreeSWITCH: "/docs/integrations/freeswitch-fusionpbx"
        case .guideAsterisk: "/docs/integrations/asterisk"
        case .guideSuperfecta: "/docs/integrations/freepbx-superfecta"
        case .guideMicroSIP: "/docs/integrations/microsip"
        case .cidlookupConfiguration: "/integrations/freeswitch/cidlookup.conf.xml"
        case .freeSWITCHScript: "/integrations/freeswitch/numbers_online_cnam.lua"
        case .asteriskDialplan: "/integrations/asterisk/extensions.conf"
        case .superfectaModule: "/integrations/freepbx/source-NumbersOnline.module"
        case .microSIPScript: "/integrations/microsip/NumbersOnlineLookup.ps1"
        case .microSIPBatch: "/integrations/microsip/NumbersOnlineLookup.bat"
        case .crm3CX: "/docs/integrations/crm-3cx"
        case .crmFreeSWITCH: "/docs/integrations/crm-freeswitch"
        case .crmAsterisk: "/docs/integrations/crm-asterisk"
        case .styleSheet: "/docs/style.css"
        case .openAPI, .middlewareOpenAPI: "/api/spec"
        case .template3CX: "/integrations/3cx/numbers-online.crm.xml"
        case .middlewareTemplate3CX: "/integrations/3cx/crm-middleware.crm.xml"
        }
    }

    /// What the bytes are.
    package var format: Format {
        switch self {
        case .index, .api, .spamSignal, .middleware, .operating, .nocli, .design, .templates, .integrations,
            .integration3CX, .guideFreeSWITCH, .guideAsterisk, .guideSuperfecta, .guideMicroSIP, .crm3CX,
            .crmFreeSWITCH, .crmAsterisk:
            .markdown
        case .styleSheet: .css
        case .openAPI, .middlewareOpenAPI: .json
        case .template3CX, .middlewareTemplate3CX: .crmTemplate
        case .cidlookupConfiguration: .pbxFile(contentType: "application/xml; charset=utf-8")
        case .freeSWITCHScript, .asteriskDialplan, .superfectaModule, .microSIPScript, .microSIPBatch:
            .pbxFile(contentType: "text/plain; charset=utf-8")
        }
    }
}
