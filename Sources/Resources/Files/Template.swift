public import HostInventory
public import Provisioning

/// A file whose content is rendered on this machine from a Stencil template; on the host it is a `File`.
///
/// Rendering is strict: a variable that is not defined, or is null, is an error with the template's name and line.
/// `{{ name|default:"…" }}` says that a variable may be missing. Nothing is escaped.
public struct Template: FileReplacing {
    public let path: String
    public var mode: FileMode?
    public var owner: String?
    public var group: String?
    public var replacement = FileReplacement()
    /// Rendered when the resource was made, so that every later question has the same answer.
    private let rendered: Result<Content, TemplateError>

    /// - Parameters:
    ///   - path: on the host, absolute.
    ///   - source: a template on this machine; a relative path is beside the Swift file that says so. What it
    ///     includes is looked for in its folder.
    ///   - context: by name what the template may speak of; structures and dictionaries show their members.
    ///   - secrets: by name what it may speak of too. Where there are any, nothing of the content shows anywhere.
    ///   - mode: `nil` keeps the mode of a file that is there; a new one gets 0644, and 0600 where its content is secret.
    ///   - owner: `nil` keeps the owner of a file that is there; a new one belongs to whom the task acts as.
    public init(
        _ path: String,
        source: String,
        context: [String: any Encodable & Sendable] = [:],
        secrets: [String: Secret] = [:],
        mode: FileMode? = nil,
        owner: String? = nil,
        group: String? = nil,
        beside: StaticString = #filePath
    ) {
        let source = localPath(source, beside: beside)
        let rendered = StrictTemplate.reading(source).flatMap { $0.rendered(with: context, secrets) }
        self.init(path, mode, owner, group, rendered)
    }

    /// - Parameter text: the template itself.
    public init(
        _ path: String,
        text: String,
        context: [String: any Encodable & Sendable] = [:],
        secrets: [String: Secret] = [:],
        mode: FileMode? = nil,
        owner: String? = nil,
        group: String? = nil
    ) {
        let template = StrictTemplate(name: "the template of \(path)", text: text)
        self.init(path, mode, owner, group, template.rendered(with: context, secrets))
    }

    private init(
        _ path: String,
        _ mode: FileMode?,
        _ owner: String?,
        _ group: String?,
        _ rendered: Result<Content, TemplateError>
    ) {
        self.path = path
        self.mode = mode
        self.owner = owner
        self.group = group
        self.rendered = rendered
    }

    public var name: String { path }

    public var probe: Probe<FileState?> { Probe(FileObservation(path: path, digest: true)) }

    public func validate() throws { try file.validate() }

    public func plan(from state: FileState?) -> Plan {
        do {
            return try file.plan(from: state)
        } catch {
            return .unknown("\(error)")
        }
    }

    private var file: File {
        get throws {
            var file = File(path, try rendered.get(), mode: mode, owner: owner, group: group)
            file.replacement = replacement
            return file
        }
    }
}

/// Renders a template for other things than a file of its own: a part of a build context, a unit.
///
/// - Throws: `TemplateError` for a template that is wrong, or speaks of what `context` does not have.
public func rendered(
    source: String,
    context: [String: any Encodable & Sendable],
    beside: StaticString = #filePath
) throws -> String {
    try StrictTemplate.reading(localPath(source, beside: beside)).get().text(with: context)
}

/// What is wrong with a template, and where.
public struct TemplateError: Error, Sendable, CustomStringConvertible {
    public let template: String
    /// From 1; `nil` where the place is not known.
    public let line: Int?
    public let reason: String

    public var description: String {
        "\(template)\(line.map { ":\($0)" } ?? ""): \(reason)"
    }
}
