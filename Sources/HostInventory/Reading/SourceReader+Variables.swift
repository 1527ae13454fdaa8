import Foundation
import Synchronization

extension SourceReader {
    /// Reads `group_vars` or `host_vars`.
    ///
    /// - Parameter owners: the names that files may have, with the indices that `set` gets.
    mutating func readVariables(
        in folder: String,
        of owners: [String: Int],
        _ set: (inout InventoryDraft, Variable, Int) -> Void
    ) {
        var isDirectory = false
        guard SourceFiles.exists(folder, isDirectory: &isDirectory), isDirectory else { return }
        var found: [(path: String, owner: Int)] = []
        collect { reader throws(SourceFailure) in
            let entries = try SourceFiles.entries(of: folder)
            let names = Set(entries)
            var used: Set<String> = []
            for (owner, index) in owners.sorted(by: { $0.value < $1.value }) {
                // The first that is there counts, as with Ansible.
                let candidates = [owner, owner + ".yml", owner + ".yaml", owner + ".json"]
                guard let name = candidates.first(where: names.contains) else { continue }
                used.insert(name)
                found += try Self.variableFiles(folder + "/" + name).map { ($0, index) }
            }
            for name in entries where !used.contains(name) && !name.hasPrefix(".") {
                let near = nearNames(to: (name as NSString).deletingPathExtension, among: owners.keys)
                guard !near.isEmpty else { continue }
                reader.warnings.append(.init("\(folder)/\(name): belongs to nobody\(didYouMean(near))"))
            }
        }
        for (file, variables) in zip(found, Self.variables(in: found.map(\.path), options)) {
            collect { reader throws(SourceFailure) in
                for variable in try variables.get() { set(&reader.draft, variable, file.owner) }
            }
        }
    }

    /// The file itself, or the files of the folder and of its folders, in the order of their names.
    private static func variableFiles(_ path: String) throws(SourceFailure) -> [String] {
        var isDirectory = false
        guard SourceFiles.exists(path, isDirectory: &isDirectory), isDirectory else { return [path] }
        var files: [String] = []
        for name in try SourceFiles.entries(of: path) where !name.hasPrefix(".") && !name.hasSuffix("~") {
            let kind = (name as NSString).pathExtension
            let entry = path + "/" + name
            guard SourceFiles.exists(entry, isDirectory: &isDirectory) else { continue }
            if isDirectory, kind.isEmpty {
                files += try variableFiles(entry)
            } else if !isDirectory, ["", "yml", "yaml", "json"].contains(kind) {
                files.append(entry)
            }
        }
        return files
    }

    /// For one core; large clusters have thousands of small files.
    private static let filesAtOnce = 64

    /// What each of the files says; all cores read.
    private static func variables(
        in files: [String],
        _ options: Inventory.SourceOptions
    ) -> [Result<[Variable], SourceFailure>] {
        let batches = (files.count + filesAtOnce - 1) / filesAtOnce
        let read = Mutex([[Result<[Variable], SourceFailure>]](repeating: [], count: batches))
        DispatchQueue.concurrentPerform(iterations: batches) { index in
            let batch = files[(index * filesAtOnce)..<min(files.count, (index + 1) * filesAtOnce)]
            let variables = batch.map { file in
                Result { () throws(SourceFailure) in
                    try options.variables(in: SourceFiles.text(of: file), file: file)
                }
            }
            read.withLock { $0[index] = variables }
        }
        return read.withLock { $0.flatMap(\.self) }
    }
}

extension Inventory.SourceOptions {
    /// Reads a file of variables.
    func variables(in text: String, file: String) throws(SourceFailure) -> [Variable] {
        guard let tree = try tree(of: text, file: file, isJSON: file.hasSuffix(".json")) else { return [] }
        guard let entries = tree.entries else {
            throw SourceFailure("variables are a dictionary, found \(tree.kind)", at: tree.location)
        }
        return entries.map(\.variable)
    }

    /// The text, which may be vaulted, as a tree; nil where it has no content.
    func tree(of text: String, file: String, isJSON: Bool) throws(SourceFailure) -> YAMLTree? {
        var text = text
        let isVaulted = text.hasPrefix("$ANSIBLE_VAULT;")
        if isVaulted {
            text = try VaultedText.open(text, with: vault, at: SourceLocation(file: file, line: 1))
        }
        return isJSON
            ? try JSONReader.read(text, file: file, vault: vault, isVaulted: isVaulted)
            : try YAMLReader.read(text, file: file, vault: vault, isVaulted: isVaulted)
    }
}
