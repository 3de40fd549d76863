// The checks a plan passes before anything of it is used. Stateless: reads sections, throws or returns.

/// The sections as arrays of their items, lengths checked to be whole items.
struct PlanSections {
    let branches, tails, codesByNumber, regionsByLetters, callingCodes, members, territories, formats: Words
    let prefixStates, leadingDigits: Words
    let prefixAccepts, stringText: UnsafeBufferPointer<UInt8>
    let stringOffsets: UnsafeBufferPointer<UInt32>
    let version: UnsafeRawBufferPointer

    typealias Words = UnsafeBufferPointer<UInt16>

    init(_ bytes: TableBytes) throws(NumberingPlanError) {
        func words(_ section: PlanSection, _ width: Int) throws(NumberingPlanError) -> Words {
            try bytes.items(section.rawValue, of: UInt16.self, width: width)
        }
        branches = try words(.branches, PlanLayout.branchWords)
        tails = try words(.tails, PlanLayout.tailWords)
        codesByNumber = try words(.codesByNumber, 1)
        regionsByLetters = try words(.regionsByLetters, 1)
        callingCodes = try words(.callingCodes, PlanLayout.callingCodeWords)
        members = try words(.members, 1)
        territories = try words(.territories, PlanLayout.territoryWords)
        formats = try words(.formats, PlanLayout.formatWords)
        prefixStates = try words(.prefixStates, PlanLayout.prefixStateWords)
        leadingDigits = try words(.leadingDigits, 1)
        prefixAccepts = try bytes.items(PlanSection.prefixAccepts.rawValue, of: UInt8.self, width: 4)
        stringOffsets = try bytes.items(PlanSection.stringOffsets.rawValue, of: UInt32.self)
        stringText = try bytes.items(PlanSection.stringText.rawValue, of: UInt8.self)
        version = bytes.section(PlanSection.version.rawValue)
    }

    var nodeCount: Int { branches.count / PlanLayout.branchWords + tails.count / PlanLayout.tailWords }
    var territoryCount: Int { territories.count / PlanLayout.territoryWords }
    var callingCodeCount: Int { callingCodes.count / PlanLayout.callingCodeWords }
    var formatCount: Int { formats.count / PlanLayout.formatWords }
    var prefixStateCount: Int { prefixStates.count / PlanLayout.prefixStateWords }
    var stringCount: Int { stringOffsets.count - 1 }
}

/// Every index in the table is checked against what it indexes, so that reading needs no further check.
struct PlanVerification {
    private let sections: PlanSections

    init(_ sections: PlanSections) {
        self.sections = sections
    }

    func verify() throws(NumberingPlanError) {
        try verifyVersion()
        try verifyStrings()
        try verifyNodes()
        try verifyIndexes()
        try verifyCallingCodes()
        try verifyTerritories()
        try verifyFormats()
        try verifyPrefixes()
    }

    private func require(_ condition: Bool, _ section: PlanSection) throws(NumberingPlanError) {
        guard condition else { throw .malformedContent(section: section.rawValue) }
    }

    private func verifyVersion() throws(NumberingPlanError) {
        try require(TableBytes.isVersion(sections.version), .version)
    }

    private func verifyStrings() throws(NumberingPlanError) {
        let offsets = sections.stringOffsets
        try require((2...0x10000).contains(offsets.count), .stringOffsets)
        try require(offsets[0] == 0 && Int(offsets[offsets.count - 1]) <= sections.stringText.count, .stringOffsets)
        for index in 1..<offsets.count { try require(offsets[index - 1] <= offsets[index], .stringOffsets) }
        try require(sections.stringText.allSatisfy { $0 < 0x80 }, .stringText)
    }

    private func verifyNodes() throws(NumberingPlanError) {
        let count = sections.nodeCount
        try require(!sections.branches.isEmpty && count <= PlanLayout.none, .branches)
        try require(!sections.tails.isEmpty, .tails)
        // 0xFFFF is no node: it stands for none.
        try require(sections.leadingDigits.allSatisfy { Int($0) < count }, .leadingDigits)
        for row in stride(from: 0, to: sections.branches.count, by: PlanLayout.branchWords) {
            for digit in 0..<10 { try require(Int(sections.branches[row + digit]) < count, .branches) }
        }
    }

    private func verifyIndexes() throws(NumberingPlanError) {
        try require(sections.codesByNumber.count == 1000, .codesByNumber)
        try require(sections.codesByNumber.allSatisfy { Int($0) <= sections.callingCodeCount }, .codesByNumber)
        try require(sections.regionsByLetters.count == 26 * 26, .regionsByLetters)
        try require(sections.regionsByLetters.allSatisfy { Int($0) <= sections.territoryCount }, .regionsByLetters)
        try require(sections.members.allSatisfy { Int($0) < sections.territoryCount }, .members)
    }

    private func verifyCallingCodes() throws(NumberingPlanError) {
        for record in 0..<sections.callingCodeCount {
            func field(_ field: CallingCodeField) -> Int {
                Int(sections.callingCodes[record * PlanLayout.callingCodeWords + field.rawValue])
            }
            try require((1...999).contains(field(.code)), .callingCodes)
            try require(field(.memberCount) > 0, .callingCodes)
            try require(field(.firstMember) + field(.memberCount) <= sections.members.count, .callingCodes)
            try require(field(.mainTerritory) < sections.territoryCount, .callingCodes)
            for node in [field(.plan), field(.nationalFormat), field(.internationalFormat)] {
                try require(node < sections.nodeCount, .callingCodes)
            }
            try require(max(field(.nationalCount), field(.internationalCount)) <= PlanLayout.formatsMax, .callingCodes)
            try require(field(.nationalFirst) + field(.nationalCount) <= sections.formatCount, .callingCodes)
            try require(field(.internationalFirst) + field(.internationalCount) <= sections.formatCount, .callingCodes)
            try require(field(.alternateCount) <= PlanLayout.formatsMax, .callingCodes)
            try require(field(.alternateFirst) + field(.alternateCount) <= sections.formatCount, .callingCodes)
        }
    }

    private func verifyTerritories() throws(NumberingPlanError) {
        for number in 0..<sections.territoryCount {
            let words = UnsafeBufferPointer(
                rebasing: sections.territories[
                    number * PlanLayout.territoryWords..<(number + 1) * PlanLayout.territoryWords])
            func field(_ field: TerritoryField) -> Int { Int(words[field.rawValue]) }
            let code = field(.callingCode)
            try require((1...999).contains(code) && sections.codesByNumber[code] != 0, .territories)
            try require(max(field(.types), field(.general)) < sections.nodeCount, .territories)
            for prefix in [field(.nationalPrefix), field(.internationalPrefix)] {
                try require(prefix == PlanLayout.none || prefix < sections.prefixStateCount, .territories)
            }
            try require(field(.prefixGroups) <= 2, .territories)
            let texts = [
                TerritoryField.transformRule, .extensionPrefix, .nationalPrefixText, .dialledInternationalPrefix,
            ]
            for text in texts { try require(field(text) < sections.stringCount, .territories) }
            for example in TerritoryField.examples.rawValue..<TerritoryField.examples.rawValue + 11 {
                try require(Int(words[example]) < sections.stringCount, .territories)
            }
            for example in TerritoryField.shortExamples.rawValue..<TerritoryField.shortExamples.rawValue + 4 {
                try require(Int(words[example]) < sections.stringCount, .territories)
            }
            let short = field(.shortNumbers)
            try require(short == PlanLayout.none || short < sections.nodeCount, .territories)
            // A rule is a few digits and then the last group, which must exist.
            let rule = text(field(.transformRule))
            if let last = rule.last {
                try require(rule.count <= 8 && Int(last) == field(.prefixGroups) && last > 0, .territories)
                try require(rule.dropLast().allSatisfy { (48...57).contains($0) }, .territories)
            }
        }
    }

    private func verifyFormats() throws(NumberingPlanError) {
        for record in 0..<sections.formatCount {
            let words = UnsafeBufferPointer(
                rebasing: sections.formats[record * PlanLayout.formatWords..<(record + 1) * PlanLayout.formatWords])
            let shape = Int(words[FormatField.groupCount.rawValue])
            let count = shape & 0xFF
            try require((1...PlanLayout.groupsMax).contains(count), .formats)
            try require(shape - count == 0 || shape - count == PlanLayout.prefixRequired, .formats)
            for group in 0..<count {
                let word = words[FormatField.groups.rawValue + group]
                let (low, high) = (word & 0xFF, word >> 8)
                try require(low >= 1 && low <= high && high <= 20, .formats)
            }
            let leading = Int(words[FormatField.leadingFirst.rawValue]) + Int(words[FormatField.leadingCount.rawValue])
            try require(leading <= sections.leadingDigits.count, .formats)
            for field in [FormatField.national, .plain, .carrier] {
                try require(Int(words[field.rawValue]) < sections.stringCount, .formats)
                let template = text(Int(words[field.rawValue]))
                try require(template.count <= PlanLayout.templateBytesMax, .formats)
                try require(
                    template.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 >= 1 && Int($0) <= count }, .formats)
            }
        }
    }

    private func verifyPrefixes() throws(NumberingPlanError) {
        let accepts = sections.prefixAccepts.count / 4
        try require(accepts >= 1, .prefixAccepts)
        try require(sections.prefixStateCount >= 1, .prefixStates)
        for row in stride(from: 0, to: sections.prefixStates.count, by: PlanLayout.prefixStateWords) {
            for digit in 0..<10 {
                try require(Int(sections.prefixStates[row + digit]) < sections.prefixStateCount, .prefixStates)
            }
            try require(
                Int(max(sections.prefixStates[row + 10], sections.prefixStates[row + 11])) < accepts, .prefixStates)
        }
    }

    private func text(_ number: Int) -> UnsafeBufferPointer<UInt8>.SubSequence {
        sections.stringText[Int(sections.stringOffsets[number])..<Int(sections.stringOffsets[number + 1])]
    }
}
