#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Inventory {
    /// Reads an inventory file in Ansible's INI format.
    ///
    /// - Throws: `InventoryError`: the file is missing, unreadable, not UTF-8, or has problems inside.
    public init(contentsOf path: String) throws {
        let lowercased = path.lowercased()
        for kind in [".yml", ".yaml", ".json", ".toml"] where lowercased.hasSuffix(kind) {
            throw InventoryError([
                .init("\(path): inventories are read in INI format; \(kind) is not supported yet")
            ])
        }
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw InventoryError([.init("\(path): there is no such inventory file")])
        }
        guard !isDirectory else {
            throw InventoryError([.init("\(path): is a directory; wanted an inventory file")])
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InventoryError([.init("\(path): the inventory file cannot be read; check its permissions")])
        }
        guard let text = String(data: data, encoding: .utf8) else {
            let line = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .firstIndex { String(data: Data($0), encoding: .utf8) == nil }
            throw InventoryError([
                .init(
                    "the inventory file is not UTF-8 text",
                    at: SourceLocation(file: path, line: (line ?? 0) + 1)
                )
            ])
        }
        try self.init(parsing: text, file: path)
    }
}
