// What a compiled plan is made of, for people who look after it. Reads the plan, returns values.

extension NumberingPlan {
    /// The format of compiled plans that this program reads and writes.
    package static let formatVersion = Int(PlanLayout.formatVersion)
    /// The most bytes a file with a plan may have: eight times of what the world's plan takes now.
    package static let fileBytesMax = 4 << 20

    /// The plan as it is stored in a file.
    package var bytes: [UInt8] { tables.bytes.all }

    /// How many bytes the plan takes, in a file and in memory.
    package var byteCount: Int { tables.bytes.count }

    /// What the plan's checksum is; two plans with the same one are the same plan.
    package var checksum: UInt64 { tables.bytes.storedChecksum }

    /// The parts of the plan by their names, in the order of the file, each with its size in bytes.
    package var sections: [(name: String, bytes: Int)] {
        PlanSection.allCases.map { ("\($0)", tables.bytes.section($0.rawValue).count) }
    }
}
