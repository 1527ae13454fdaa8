import Foundation

/// Reads the sources of an inventory into one draft; a later source overrides an earlier one.
struct SourceReader {
    let options: Inventory.SourceOptions
    var draft = InventoryDraft()
    private(set) var problems: [InventoryError.Problem] = []
    var warnings: [InventoryError.Problem] = []
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
        guard SourceFiles.exists(source, isDirectory: &isDirectory) else {
            if source.contains(",") { return readHostList(source) }
            return problems.append(.init("\(source): there is no such inventory file"))
        }
        addFolder(isDirectory ? source : Paths.folder(of: source))
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

    /// Ansible's `INVENTORY_IGNORE_EXTS`; before ansible-core 2.19 `.ini` was one of them.
    private static let ignoredEndings = [
        ".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry",
    ]

    /// Its files in the order of their names, without hidden ones, backups and notes.
    private mutating func readDirectory(_ path: String) throws(SourceFailure) {
        for name in try SourceFiles.entries(of: path)
        where !name.hasPrefix(".") && !["group_vars", "host_vars", "vars_plugins"].contains(name)
            && !Self.ignoredEndings.contains(where: name.hasSuffix)
        {
            var isDirectory = false
            let entry = path + "/" + name
            guard SourceFiles.exists(entry, isDirectory: &isDirectory) else { continue }
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
        let text = try SourceFiles.text(of: path)
        if text.hasPrefix("#!"), FileManager.default.isExecutableFile(atPath: path) {
            return try runScript(path)
        }
        switch kind {
        case "json": try take(text, file: path, as: .json)
        case "yml", "yaml": try take(text, file: path, as: .yaml)
        case "" where Self.looksLikeYAML(text): try take(text, file: path, as: .yaml)
        default: try take(text, file: path, as: .ini)
        }
    }

    /// Reads the text of a source.
    mutating func read(_ text: String, file: String, as format: Inventory.Format) {
        collect { reader throws(SourceFailure) in try reader.take(text, file: file, as: format) }
    }

    private mutating func take(
        _ text: String,
        file: String,
        as format: Inventory.Format
    ) throws(SourceFailure) {
        switch format {
        case .ini:
            var parser = INIParser(file: file, continuing: draft)
            draft = parser.parse(Array(text.utf8))
            problems += parser.problems
            warnings += parser.warnings
        case .yaml, .json:
            let tree = try options.tree(of: text, file: file, isJSON: format == .json)
            guard let tree else { return warnings.append(.init("\(file): is empty")) }
            var inventory = YAMLInventory(file: file, continuing: draft)
            inventory.add(tree)
            take(inventory)
        case .listing:
            try takeListing(text, file: file)
        }
    }

    /// - Returns: whether it has all variables of all hosts.
    @discardableResult
    private mutating func takeListing(_ text: String, file: String) throws(SourceFailure) -> Bool {
        guard let tree = try options.tree(of: text, file: file, isJSON: true) else {
            throw SourceFailure("\(file): gave no answer")
        }
        var inventory = YAMLInventory(file: file, continuing: draft)
        inventory.addListing(tree)
        take(inventory)
        return tree.entries?.contains { $0.key == "_meta" } == true
    }

    private mutating func runScript(_ path: String) throws(SourceFailure) {
        let script = InventoryScript(path: SourceFiles.absolute(path), deadline: options.scriptDeadline)
        let known = Set(draft.hostIndex.keys)
        if try takeListing(try script.run(["--list"]), file: "\(path) --list") { return }
        var inventory = YAMLInventory(file: path, continuing: draft)
        for host in draft.hosts where !known.contains(host.name) {
            let file = "\(path) --host \(host.name)"
            let answer = try script.run(["--host", host.name])
            guard let variables = try options.tree(of: answer, file: file, isJSON: true) else { continue }
            inventory.setVariables(variables, ofHost: host.name)
        }
        take(inventory)
    }

    private mutating func take(_ inventory: YAMLInventory) {
        draft = inventory.draft
        problems += inventory.problems
        warnings += inventory.warnings
    }

    mutating func collect(_ body: (inout SourceReader) throws(SourceFailure) -> Void) {
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
}
