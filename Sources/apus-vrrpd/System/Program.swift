import CLinux

/// Programs that checks run: found before they are needed, started without a shell.
enum Program {
    private static let usualDirectories = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// The executable file that a command's first word means, by PATH where it has no slash.
    static func find(_ name: String) throws(SystemError) -> String {
        if name.utf8.contains(UInt8(ascii: "/")) {
            _ = try check(linux_executable(name), "execute \(name)")
            return name
        }
        let directories = environment("PATH") ?? usualDirectories
        for directory in directories.utf8.split(separator: UInt8(ascii: ":")) {
            let path = "\(String(Substring(directory)))/\(name)"
            if linux_executable(path) == 0 { return path }
        }
        throw SystemError(
            operation: "find \(name) in \(directories)",
            code: 2,
            remedy: "install the package that has it; without it this check could never fail over"
        )
    }

    /// - Returns: the process id, which is also its process group.
    static func start(_ arguments: [String], as user: User?) throws(SystemError) -> Int32 {
        var packed: [UInt8] = []
        for argument in arguments { packed += argument.terminated }
        let result = packed.withUnsafeBytes {
            linux_spawn($0.baseAddress, Int64($0.count), user?.id ?? -1, user?.group ?? -1)
        }
        return Int32(try check(result, "start \(arguments.first ?? "")"))
    }

    struct User: Equatable {
        var id: Int64
        var group: Int64

        /// Whom keepalived runs programs as where the configuration names nobody, if there is such a user.
        static let usualName = "keepalived_script"

        static var usual: User? {
            var (id, group): (Int64, Int64) = (-1, -1)
            return linux_user(usualName, &id, &group) == 0 ? User(id: id, group: group) : nil
        }

        private init(id: Int64, group: Int64) {
            self.id = id
            self.group = group
        }

        /// - Parameter group: nil for the user's own.
        init(named name: String, group groupName: String?) throws(SystemError) {
            var id: Int64 = -1
            var group: Int64 = -1
            _ = try check(linux_user(name, &id, &group), "find the user \(name)")
            if let groupName { _ = try check(linux_group(groupName, &group), "find the group \(groupName)") }
            self.id = id
            self.group = group
        }
    }
}
