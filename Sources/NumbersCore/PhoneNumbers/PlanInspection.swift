// What compiled tables are made of, for people who look after them. Reads the tables, returns values.

extension NumberingPlan {
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

extension NumberNames {
    /// The release of the public metadata the names were compiled from, as in "9.0.43".
    package var metadataVersion: String { tables.version }

    /// The names as they are stored in a file.
    package var bytes: [UInt8] { tables.bytes.all }

    /// How many bytes the names take, in a file and in memory.
    package var byteCount: Int { tables.bytes.count }

    /// What the checksum of the names is; two tables with the same one are the same.
    package var checksum: UInt64 { tables.bytes.storedChecksum }

    /// How many different texts there are: names of carriers, places, time zones and regions.
    package var nameCount: Int { tables.nameCount }

    /// The parts of the table by their names, in the order of the file, each with its size in bytes.
    package var sections: [(name: String, bytes: Int)] { tables.sections }
}
