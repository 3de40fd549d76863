// What a text is as a short or emergency number of the country where it is dialled, for people and machines. A value.

import CommandOptions
import JSONText
import NumbersCore

/// The facts about one text that is a short number in use, or reaches an emergency service.
struct ShortNumberFacts {
    private let country: Region
    /// nil for what only begins with an emergency number.
    private let short: ShortNumber?
    private let isEmergency: Bool
    private let connectsToEmergency: Bool
    /// A short number of the country, for showing how they look there.
    private let example: String?

    /// nil when the text is neither, and without a country.
    init?(_ text: String, dialledFrom country: Region?, _ plan: NumberingPlan) {
        guard let country else { return nil }
        self.country = country
        let number = try? PhoneNumber(parsing: text, region: country, plan: plan)
        let found = number.flatMap { plan.shortNumber($0, dialledFrom: country) }
        short = found?.isValid == true ? found : nil
        isEmergency = plan.isEmergencyNumber(text, dialledFrom: country)
        connectsToEmergency = plan.connectsToEmergency(text, dialledFrom: country)
        example = plan.exampleShortNumber(for: country)
        guard short != nil || isEmergency || connectsToEmergency else { return nil }
    }

    /// Appends a line for each fact.
    func add(to fields: inout FieldList) {
        if let short {
            let carrier = short.isCarrierSpecific ? ", depends on the carrier" : ""
            fields.add("Short number", "yes, in \(country.code): \(Self.words(short.cost))\(carrier)")
        }
        if isEmergency {
            fields.add("Emergency", "yes, in \(country.code)")
        } else if connectsToEmergency {
            fields.add("Emergency", "yes, in \(country.code): it begins with an emergency number")
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("country", country.code)
        writer.field("valid", short != nil)
        writer.field("cost", short?.cost.rawValue)
        writer.field("carrier_specific", short?.isCarrierSpecific)
        writer.field("sms_service", short?.isSMSService)
        writer.field("emergency", isEmergency)
        writer.field("connects_to_emergency", connectsToEmergency)
        writer.field("example", example)
        writer.endObject()
    }

    private static func words(_ cost: ShortNumberCost) -> String {
        switch cost {
        case .tollFree: "toll free"
        case .standardRate: "standard rate"
        case .premiumRate: "premium rate"
        case .unknown: "at a price that is not known"
        }
    }
}
