// The kinds of line the numbering plan distinguishes. Immutable.

/// What kind of line a valid number reaches, by its range.
package enum LineType: String, Sendable, Hashable, CaseIterable {
    case fixedLine = "fixed_line"
    case mobile
    /// A range where the two cannot be told apart, as in North America.
    case fixedLineOrMobile = "fixed_line_or_mobile"
    case tollFree = "toll_free"
    case premiumRate = "premium_rate"
    case sharedCost = "shared_cost"
    case voip
    case personalNumber = "personal_number"
    case pager
    /// A universal access ("company") number.
    case uan
    case voicemail

    /// The number of the type in the compiled plan, 1 to 11; 0 there means unknown.
    var planCode: Int {
        switch self {
        case .fixedLine: 1
        case .mobile: 2
        case .fixedLineOrMobile: 3
        case .tollFree: 4
        case .premiumRate: 5
        case .sharedCost: 6
        case .voip: 7
        case .personalNumber: 8
        case .pager: 9
        case .uan: 10
        case .voicemail: 11
        }
    }

    /// The type with a number of the compiled plan; nil for 0 and for numbers no type has.
    init?(planCode: Int) {
        switch planCode {
        case 1: self = .fixedLine
        case 2: self = .mobile
        case 3: self = .fixedLineOrMobile
        case 4: self = .tollFree
        case 5: self = .premiumRate
        case 6: self = .sharedCost
        case 7: self = .voip
        case 8: self = .personalNumber
        case 9: self = .pager
        case 10: self = .uan
        case 11: self = .voicemail
        default: return nil
        }
    }
}
