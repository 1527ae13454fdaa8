public import HostInventory
import Provisioning

/// What a host says of a user.
public struct UserState: Sendable {
    /// `nil` where there is no such user.
    public var account: Account?
    /// All groups of the host.
    public var groups: [Group]
    public var passwordHash: Secret?
    /// `nil` where there is no home directory, or nobody asked.
    public var keys: Keys?

    public init(account: Account?, groups: [Group]) {
        self.account = account
        self.groups = groups
    }

    /// A line of passwd(5).
    public struct Account: Sendable, Equatable {
        public var name: String
        public var userID: UInt32
        public var groupID: UInt32
        public var comment: String
        public var home: String
        public var shell: String

        init(passwd fields: [Substring]) throws {
            guard fields.count == 7, let userID = UInt32(fields[2]), let groupID = UInt32(fields[3]) else {
                throw ObservationError("passwd has a line «\(fields.joined(separator: ":"))»")
            }
            name = String(fields[0])
            self.userID = userID
            self.groupID = groupID
            comment = String(fields[4])
            home = String(fields[5])
            shell = String(fields[6])
        }
    }

    /// A line of group(5).
    public struct Group: Sendable, Equatable {
        public var name: String
        public var groupID: UInt32
        public var members: [String]

        init(group fields: [Substring]) throws {
            guard fields.count == 4, let groupID = UInt32(fields[2]) else {
                throw ObservationError("group has a line «\(fields.joined(separator: ":"))»")
            }
            name = String(fields[0])
            self.groupID = groupID
            members = fields[3].split(separator: ",").map(String.init)
        }
    }

    /// What is at a path, symbolic links not followed.
    public enum PathState: Sendable, Equatable {
        case none
        case link
        case present(kind: FileState.Kind, mode: FileMode, userID: UInt32)

        init(_ words: ArraySlice<Substring>) throws {
            let words = Array(words)
            switch words[0] {
            case "none": self = .none
            case "link": self = .link
            default:
                let state = try FileState(stat: "\(words[0]) 0 \(words[1]) \(words[2]) - -")
                self = .present(kind: state.kind, mode: state.mode, userID: state.userID)
            }
        }
    }

    /// ~/.ssh/authorized_keys.
    public struct Keys: Sendable, Equatable {
        public var home: PathState
        public var folder: PathState
        public var file: PathState
        public var lines: [String]

        public init(home: PathState, folder: PathState, file: PathState, lines: [String]) {
            self.home = home
            self.folder = folder
            self.file = file
            self.lines = lines
        }
    }

    /// Groups of the user besides the first one of the account.
    func supplementaryGroups(of user: String) -> [String] {
        groups.filter { $0.members.contains(user) }.map(\.name)
    }

    func groupName(_ groupID: UInt32) -> String {
        groups.first { $0.groupID == groupID }?.name ?? String(groupID)
    }
}
