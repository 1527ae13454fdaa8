import Foundation

/// Reads the sources of an inventory into one draft; a later source overrides an earlier one.
struct SourceReader {
    let options: Inventory.SourceOptions
    private(set) var draft = InventoryDraft()
    private(set) var problems: [InventoryError.Problem] = []
    private(set) var warnings: [InventoryError.Problem] = []
    /// Where `group_vars` and `host_vars` may lie.
    private var folders: [String] = []

    init(options: Inventory.SourceOptions) {
        self.options = options
    }

    mutating func read(_ sources: [String]) {
        for source in sources { read(source) }
        for folder in folders {
            readVariables(in: folder + "/group_vars", of: draft.groupIndex) { draft, variable, group in
                draft.setFolderVariable(variable, ofGroup: group)
            }
            readVariables(in: folder + "/host_vars", of: draft.hostIndex) { draft, variable, host in
                draft.setVariables([variable.name: variable], ofHost: host)
            }
        }
    }

    private mutating func read(_ source: String) {
        var isDirectory = false
        guard Self.exists(source, isDirectory: &isDirectory) else {
            if source.contains(",") { return readHostList(source) }
            return problems.append(.init("\(source): there is no such inventory file"))
        }
        let folder = isDirectory ? source : (source as NSString).deletingLastPathComponent
        addFolder(folder.isEmpty ? "." : folder)
        collect { reader throws(SourceFailure) in
            if isDirectory { try reader.readDirectory(source) } else { try reader.readFile(source) }
        }
    }

    private mutating func addFolder(_ folder: String) {
        if !folders.contains(folder) { folders.append(folder) }
    }

    private mutating func readHostList(_ list: String) {
        let place = SourceLocation(file: "(host list)", line: 1)
        for name in list.split(separator: ",").map({ $0.trimmingBlanks() }) where !name.isEmpty {
            do throws(HostPattern.Failure) {
                let pattern = try HostPattern(parsing: Array(name.utf8))
                for name in pattern.names {
                    let host = draft.addHost(named: name, to: InventoryDraft.ungrouped, at: place)
                    guard let port = pattern.port else { continue }
                    let variable = Variable(
                        name: "ansible_port",
                        value: .int(port),
                        text: String(port),
                        location: place
                    )
                    draft.setVariables(["ansible_port": variable], ofHost: host)
                }
            } catch {
                problems.append(.init(error.message, at: place))
            }
        }
    }

    /// Its files in the order of their names, without hidden ones, backups and notes.
    private mutating func readDirectory(_ path: String) throws(SourceFailure) {
        let ignored = [
            ".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry",
        ]
        for name in try Self.entries(of: path)
        where !name.hasPrefix(".") && !["group_vars", "host_vars", "vars_plugins"].contains(name)
            && !ignored.contains(where: name.hasSuffix)
        {
            var isDirectory = false
            let entry = path + "/" + name
            guard Self.exists(entry, isDirectory: &isDirectory) else { continue }
            collect { reader throws(SourceFailure) in
                if isDirectory { try reader.readDirectory(entry) } else { try reader.readFile(entry) }
            }
        }
    }

    private mutating func readFile(_ path: String) throws(SourceFailure) {
        let kind = (path as NSString).pathExtension.lowercased()
        guard kind != "toml" else {
            throw SourceFailure("\(path): inventories in TOML are not supported; write it as INI or YAML")
        }
        let text = try Self.text(of: path)
        if text.hasPrefix("#!"), FileManager.default.isExecutableFile(atPath: path) {
            return try runScript(path)
        }
        switch kind {
        case "yml", "yaml", "json": try readYAML(text, path, isJSON: kind == "json")
        case "" where Self.looksLikeYAML(text): try readYAML(text, path, isJSON: false)
        default:
            var parser = INIParser(file: path, continuing: draft)
            draft = parser.parse(Array(text.utf8))
            problems += parser.problems
            warnings += parser.warnings
        }
    }

    private mutating func readYAML(_ text: String, _ path: String, isJSON: Bool) throws(SourceFailure) {
        let opened = try open(text, file: path)
        let tree = try read(opened, file: path, isJSON: isJSON)
        guard let tree else { return warnings.append(.init("\(path): is empty")) }
        var inventory = YAMLInventory(file: path, continuing: draft)
        inventory.add(tree)
        take(inventory)
    }

    private mutating func runScript(_ path: String) throws(SourceFailure) {
        let script = InventoryScript(path: Self.absolute(path), deadline: options.scriptDeadline)
        let answer = try script.run(["--list"])
        let tree = try YAMLReader.read(answer, file: "\(path) --list", isJSON: true, vault: options.vault)
        guard let tree else { throw SourceFailure("\(path) --list: gave no answer") }
        var inventory = YAMLInventory(file: path, continuing: draft)
        let known = Set(draft.hostIndex.keys)
        inventory.addListing(tree)
        if !(tree.entries ?? []).contains(where: { $0.key == "_meta" }) {
            for host in inventory.draft.hosts where !known.contains(host.name) {
                let file = "\(path) --host \(host.name)"
                let answer = try script.run(["--host", host.name])
                let variables = try YAMLReader.read(answer, file: file, isJSON: true, vault: options.vault)
                if let variables { inventory.setVariables(variables, ofHost: host.name) }
            }
        }
        take(inventory)
    }

    private mutating func take(_ inventory: YAMLInventory) {
        draft = inventory.draft
        problems += inventory.problems
        warnings += inventory.warnings
    }

    // MARK: group_vars and host_vars

    private mutating func readVariables(
        in folder: String,
        of owners: [String: Int],
        _ set: (inout InventoryDraft, Variable, Int) -> Void
    ) {
        var isDirectory = false
        guard Self.exists(folder, isDirectory: &isDirectory), isDirectory else { return }
        collect { reader throws(SourceFailure) in
            let entries = try Self.entries(of: folder)
            let names = Set(entries)
            var used: Set<String> = []
            for (owner, index) in owners.sorted(by: { $0.value < $1.value }) {
                // The first that is there counts, as with Ansible.
                let candidates = [owner, owner + ".yml", owner + ".yaml", owner + ".json"]
                guard let name = candidates.first(where: names.contains) else { continue }
                used.insert(name)
                for file in try Self.variableFiles(folder + "/" + name) {
                    reader.collect { reader throws(SourceFailure) in
                        for variable in try reader.variables(in: file) { set(&reader.draft, variable, index) }
                    }
                }
            }
            for name in entries where !used.contains(name) && !name.hasPrefix(".") {
                let near = nearNames(to: (name as NSString).deletingPathExtension, among: owners.keys)
                guard !near.isEmpty else { continue }
                reader.warnings.append(.init("\(folder)/\(name): belongs to nobody\(didYouMean(near))"))
            }
        }
    }

    /// The file itself, or the files of the folder and of its folders, in the order of their names.
    private static func variableFiles(_ path: String) throws(SourceFailure) -> [String] {
        var isDirectory = false
        guard exists(path, isDirectory: &isDirectory), isDirectory else { return [path] }
        var files: [String] = []
        for name in try entries(of: path) where !name.hasPrefix(".") && !name.hasSuffix("~") {
            let kind = (name as NSString).pathExtension
            let entry = path + "/" + name
            guard exists(entry, isDirectory: &isDirectory) else { continue }
            if isDirectory, kind.isEmpty {
                files += try variableFiles(entry)
            } else if !isDirectory, ["", "yml", "yaml", "json"].contains(kind) {
                files.append(entry)
            }
        }
        return files
    }

    private func variables(in file: String) throws(SourceFailure) -> [Variable] {
        let opened = try open(try Self.text(of: file), file: file)
        let isJSON = file.hasSuffix(".json")
        guard let tree = try read(opened, file: file, isJSON: isJSON) else { return [] }
        guard let entries = tree.entries else {
            throw SourceFailure("variables are a dictionary, found \(tree.kind)", at: tree.location)
        }
        return entries.map(\.variable)
    }

    private func read(_ opened: Opened, file: String, isJSON: Bool) throws(SourceFailure) -> YAMLTree? {
        try YAMLReader.read(
            opened.text,
            file: file,
            isJSON: isJSON,
            vault: options.vault,
            isVaulted: opened.wasVaulted
        )
    }

    private typealias Opened = (text: String, wasVaulted: Bool)

    private func open(_ text: String, file: String) throws(SourceFailure) -> Opened {
        guard text.hasPrefix("$ANSIBLE_VAULT;") else { return (text, false) }
        let place = SourceLocation(file: file, line: 1)
        guard let vault = options.vault else {
            throw SourceFailure("is encrypted, and no vault password was given", at: place)
        }
        do { return (try vault(text), true) } catch { throw SourceFailure("\(error)", at: place) }
    }

    // MARK: Files

    private mutating func collect(_ body: (inout SourceReader) throws(SourceFailure) -> Void) {
        do throws(SourceFailure) { try body(&self) } catch { problems.append(error.problem) }
    }

    /// Nothing but a key, a brace or the start of a document can begin YAML that is an inventory.
    static func looksLikeYAML(_ text: String) -> Bool {
        let lines = text.split(whereSeparator: \.isNewline).lazy.map { $0.trimmingBlanks() }
        guard let first = lines.first(where: { !$0.isEmpty && !$0.hasPrefix("#") && !$0.hasPrefix(";") })
        else { return false }
        return first == "---" || first.hasPrefix("{") || first.hasSuffix(":")
            || first.hasPrefix("$ANSIBLE_VAULT;")
    }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    private static func exists(_ path: String, isDirectory: inout Bool) -> Bool {
        var answer: ObjCBool = false
        defer { isDirectory = answer.boolValue }
        return FileManager.default.fileExists(atPath: path, isDirectory: &answer)
    }

    private static func entries(of folder: String) throws(SourceFailure) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw SourceFailure("\(folder): cannot be read: \(error.localizedDescription)")
        }
    }

    private static func text(of path: String) throws(SourceFailure) -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SourceFailure("\(path): the inventory file cannot be read; check its permissions")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            let line = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .firstIndex { String(data: Data($0), encoding: .utf8) == nil }
            let place = SourceLocation(file: path, line: (line ?? 0) + 1)
            throw SourceFailure("the inventory file is not UTF-8 text", at: place)
        }
        return text
    }
}
