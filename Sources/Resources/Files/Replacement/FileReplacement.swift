public import Provisioning

/// How new content takes the place of a file's old one.
public struct FileReplacement: Sendable, Hashable {
    public enum SymbolicLinks: Sendable, Hashable {
        /// What the link leads to is replaced, and the link stays. A link whose target is missing gets one.
        case follow
        /// A file takes the place of the link; what it led to stays.
        case replace
    }

    public var symbolicLinks: SymbolicLinks = .follow
    /// Says whether the new content is good, before it takes the old one's place.
    public var validation: FileValidation?
    /// How many of the earlier versions stay beside the file.
    public var backups = 0

    public init() {}

    func validate(for path: String) throws {
        guard backups >= 0 else {
            throw LocalFileError(description: "\(path): \(backups) backups cannot be kept")
        }
        try validation?.validate(for: path)
    }
}

/// A resource that writes a file in one instant: `File`, `Template`, `Line`.
public protocol FileReplacing: Resource {
    var replacement: FileReplacement { get set }
}

extension FileReplacing {
    /// New content takes the old one's place only where `validation` ends with status 0. The candidate lies in the same
    /// folder, with its final owner and mode.
    ///
    ///     File("/etc/haproxy/haproxy.cfg", contents: text).validated(by: ["haproxy", "-c", "-f", .candidate])
    public func validated(by validation: FileValidation) -> Self {
        replacing { $0.validation = validation }
    }

    /// Keeps the last `count` versions that were replaced, as hidden files beside it: ".NAME.20261121T055301Z.00~".
    public func keepingBackups(_ count: Int) -> Self {
        replacing { $0.backups = count }
    }

    /// Where a symbolic link is at the path, a file takes its place; else the link is followed.
    public func replacingSymbolicLink() -> Self {
        replacing { $0.symbolicLinks = .replace }
    }

    private func replacing(_ change: (inout FileReplacement) -> Void) -> Self {
        var copy = self
        change(&copy.replacement)
        return copy
    }
}
