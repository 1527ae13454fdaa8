@testable import KeepalivedConfiguration

func parse(_ text: String, files: FileAccess = .none) throws(ConfigurationErrors) -> Configuration {
    try Configuration(parsing: text, file: "k.conf", files: files)
}

/// The errors of a text, one a line.
func errors(in text: String, files: FileAccess = .none) -> String {
    do {
        _ = try parse(text, files: files)
        return "no error"
    } catch {
        return error.description
    }
}

/// Files that exist only in a test.
func files(_ contents: [String: String]) -> FileAccess {
    FileAccess(
        read: { contents[$0].map { Array($0.utf8) } },
        glob: { pattern in
            let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
            return contents.keys.sorted().filter { path in
                parts.count == 2
                    ? path.hasPrefix(String(parts[0])) && path.hasSuffix(String(parts[1])) : path == pattern
            }
        }
    )
}

/// An instance that is complete but for `more`.
func instance(_ more: String) -> String {
    """
    vrrp_instance VI_1 {
        interface eth0
        virtual_router_id 51
        virtual_ipaddress {
            10.0.0.1
        }
        \(more)
    }
    """
}
