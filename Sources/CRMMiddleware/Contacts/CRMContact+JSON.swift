// A contact as the API and the command line show it.

package import JSONText
internal import Platform

extension CRMContact {
    /// Every field of the API, in its order; what is absent is null.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("id", id?.description)
        writer.field("first_name", firstName)
        writer.field("last_name", lastName)
        writer.field("civility", civility)
        writer.field("email", email)
        writer.field("phone_business_1", lines[.phoneBusiness1])
        writer.field("phone_business_2", lines[.phoneBusiness2])
        writer.field("phone_mobile_1", lines[.phoneMobile1])
        writer.field("phone_mobile_2", lines[.phoneMobile2])
        writer.field("phone_home_1", lines[.phoneHome1])
        writer.field("phone_home_2", lines[.phoneHome2])
        writer.field("phone_other_1", lines[.phoneOther1])
        writer.field("fax_business_1", lines[.faxBusiness1])
        writer.field("fax_home_1", lines[.faxHome1])
        writer.field("company", company)
        writer.field("title", title)
        writer.field("entity_id", entityID)
        writer.field("entity_type", entityType)
        writer.field("entity_url", entityURL)
        writer.field("connector", connector?.description)
        writer.field("match", match?.rawValue)
        writer.field("dummy", isDummy)
        writer.key("custom")
        writer.beginObject()
        if !custom.isEmpty {
            var written: Set<String> = []
            for field in custom where written.insert(field.name).inserted {
                writer.key(dynamic: field.name)
                writer.string(field.value)
            }
        }
        writer.endObject()
        writer.endObject()
    }
}
