import HostInventory

/// The one problem of a text that has one.
func problem(in text: String) -> String {
    do {
        _ = try Inventory(parsing: text, file: "hosts.ini")
        return "no problem"
    } catch {
        return error.description
    }
}

/// A host with these variables on its line.
func variables(_ assignments: String) throws -> Variables {
    let inventory = try Inventory(parsing: "pi1 \(assignments)", file: "hosts.ini")
    return inventory.hosts[0].variables
}

/// The description of the error that `body` throws.
func message(_ body: () throws -> some Any) -> String {
    do {
        let value = try body()
        return "no error, but \(value)"
    } catch {
        return "\(error)"
    }
}

/// A generator that gives the same numbers on every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
