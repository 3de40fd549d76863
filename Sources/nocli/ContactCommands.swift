// `nocli contact …`: the built-in contacts of a workspace.

import CRMMiddleware
import CommandOptions
import JSONText
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase

enum ContactCommands {
    static let family = CommandFamily(
        name: "contact", summary: "the built-in contacts of a workspace", commands: [importFile, search])

    private static let file: Argument<String> = .required("FILE", .path, help: "a CSV file; - for standard input")
    private static let phone: Option<String?> = .optional("phone", .numberText, help: "who has this number")
    private static let email: Option<String?> = .optional("email", .text, help: "who has this e-mail address")

    private static let importFile = Command(
        declaration: CommandDeclaration(
            "import", summary: "reads a CSV file into a workspace's contacts", arguments: [file.declaration],
            options: [WorkspaceCommands.workspaceOption.declaration],
            details: [
                """
                UTF-8 with a header that names the fields of the API: first_name, last_name, civility, email, \
                phone_business_1, phone_business_2, phone_mobile_1, phone_mobile_2, phone_home_1, phone_home_2, \
                phone_other_1, fax_business_1, fax_home_1, company, title, entity_id, entity_type, entity_url. Any \
                other column becomes a custom field. A contact needs a name or a company. Numbers without a country \
                code are read in the workspace's default country.
                """,
                """
                A row with the entity_id of a contact that is there takes its place; without an entity_id the same row \
                is the same contact. Rows that cannot be read are listed with their line and left out; the others are \
                imported.
                """,
            ])
    ) { context throws(CommandFailure) in
        let desk = try context.openMiddleware()
        let workspace = try WorkspaceCommands.existing(context.values[WorkspaceCommands.workspaceOption], desk, context)
        try ContactImport.run(path: context.values[file], workspace: workspace, on: desk, context)
    }

    private static let search = Command(
        declaration: CommandDeclaration(
            "search", summary: "finds the built-in contacts with a number or an e-mail address",
            options: [WorkspaceCommands.workspaceOption.declaration, phone.declaration, email.declaration],
            details: ["Numbers are compared as in a search over the API. CRMs are not asked."])
    ) { context throws(CommandFailure) in
        let desk = try context.openMiddleware()
        let workspace = try WorkspaceCommands.existing(context.values[WorkspaceCommands.workspaceOption], desk, context)
        let read = ContactQuery.reading(
            phone: context.values[phone], email: context.values[email], displayName: nil,
            settings: workspace.settings, plan: .builtIn)
        let query: ContactQuery
        switch read {
        case .success(let read): query = read
        case .failure: throw .usage(context.invocation.error("expected --phone NUMBER or --email ADDRESS"))
        }
        let found = try context.perform { () throws(DatabaseError) in
            try desk.contacts(query, workspace: workspace, plan: .builtIn)
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("workspace_id", workspace.id.description)
            writer.key("contacts")
            writer.beginArray()
            for entry in found {
                var contact = entry.contact
                contact.entityID = entry.entityID
                contact.write(to: &writer)
            }
            writer.endArray()
            writer.endObject()
        } people: {
            if found.isEmpty { return "No contact has it." }
            var table = TextTable([.text("Name"), .text("Company"), .text("Numbers"), .text("Email"), .text("Entity")])
            for entry in found {
                let contact = entry.contact
                let name = [contact.firstName, contact.lastName].compactMap { $0 }.joined(separator: " ")
                let numbers = CRMContact.Line.allCases.compactMap { contact.lines[$0] }.joined(separator: ", ")
                table.add([name, contact.company ?? "", numbers, contact.email ?? "", entry.entityID])
            }
            return table.rendered(on: context.console)
        }
    }
}
