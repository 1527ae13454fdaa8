import Foundation
import HostInventory
import ProgramFiles

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

/// Files in a folder that goes away with the test.
final class Folder {
    let path: String

    init(_ files: [String: String]) throws {
        path = FileManager.default.temporaryDirectory.path + "/apus-\(UUID().uuidString)"
        for (name, text) in files {
            let file = path + "/" + name
            try FileManager.default.createDirectory(
                atPath: (file as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true
            )
            if text.hasPrefix("#!") {
                try writeProgram(text, to: URL(fileURLWithPath: file))
            } else {
                try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            }
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func problem(_ name: String, options: Inventory.SourceOptions = .init()) -> String {
        message { try Inventory(contentsOf: path + "/" + name, options: options) }
            .replacing(path + "/", with: "")
    }
}
