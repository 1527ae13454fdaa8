import Foundation

/// What a source lies in: files and folders.
enum SourceFiles {
    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    static func exists(_ path: String, isDirectory: inout Bool) -> Bool {
        var answer: ObjCBool = false
        defer { isDirectory = answer.boolValue }
        return FileManager.default.fileExists(atPath: path, isDirectory: &answer)
    }

    static func entries(of folder: String) throws(SourceFailure) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw SourceFailure("\(folder): cannot be read: \(error.localizedDescription)")
        }
    }

    static func text(of path: String) throws(SourceFailure) -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            guard isRegular(path) else {
                throw SourceFailure(
                    "\(path): is a pipe or a device; save what it says in a file, and name that"
                )
            }
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

    private static func isRegular(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    }
}
