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
