import Foundation
import Stencil
import Synchronization

/// A strict template that was parsed once, to be rendered for many hosts. Whoever took it from the cache has it alone.
final class CompiledTemplate: @unchecked Sendable {
    private let references: References
    private let environment: Environment
    private let nodes: [any NodeType]
    /// References of the template itself; those of what it includes come anew with every rendering.
    private let ownReferences: Int

    private init(_ source: Source) throws {
        let references = References()
        let loader = source.folder.map { CheckedLoader(folder: $0, references: references) }
        environment = Environment(loader: loader, extensions: [Self.checks(references)])
        let text = StrictRewriting(template: nil, references: references).rewritten(source.text)
        let tokens = Stencil.Template(templateString: text, environment: environment).tokens
        nodes = try TokenParser(tokens: tokens, environment: environment).parse()
        ownReferences = references.count
        self.references = references
    }

    private func render(_ values: [String: Any], as name: String) throws -> String {
        references.ownTemplate = name
        defer { references.forget(after: ownReferences) }
        do {
            return try renderNodes(nodes, Context(dictionary: values, environment: environment))
        } catch {
            throw references.missing ?? error
        }
    }

    private static func checks(_ references: References) -> Extension {
        let checks = Extension()
        checks.registerFilter(StrictRewriting.definedFilter) { (value: Any?, arguments: [Any?]) in
            guard let value else { throw references.report(arguments.first) }
            return value
        }
        checks.registerFilter(StrictRewriting.argumentFilter) { (value: Any?, arguments: [Any?]) in
            guard arguments.first.flatMap({ $0 }) != nil else { throw references.report(arguments.last) }
            return value
        }
        checks.registerFilter(StrictRewriting.lastFilter) { (value: Any?, arguments: [Any?]) in
            // Stencil's own «.last» of an empty list ends the program.
            guard let list = value as? [Any] else { return (value as? String)?.last.map(String.init) }
            return list.last
        }
        return checks
    }

    // MARK: The cache

    /// What makes two templates the same, whatever they are called.
    private struct Source: Hashable {
        let text: String
        /// Where it includes from.
        let folder: String?

        init(_ template: StrictTemplate) {
            text = template.text
            folder =
                template.name.hasPrefix("/")
                ? URL(fileURLWithPath: template.name).deletingLastPathComponent().path : nil
        }
    }

    private static let cache = Mutex<[Source: CompiledTemplate]>([:])
    /// Above this many it starts anew.
    private static let cacheLimit = 2_000

    /// Renders `template`, which is parsed only where nobody did before, or somebody else is rendering it right now.
    ///
    /// - Throws: `TemplateError` for what is not defined, else what Stencil says.
    static func render(_ template: StrictTemplate, _ values: [String: Any]) throws -> String {
        let source = Source(template)
        let compiled = try cache.withLock { $0.removeValue(forKey: source) } ?? CompiledTemplate(source)
        defer {
            cache.withLock { cache in
                if cache.count >= cacheLimit { cache = [:] }
                cache[source] = compiled
            }
        }
        return try compiled.render(values, as: template.name)
    }
}

/// The places of a template where a variable is spoken of, by number.
final class References {
    /// What the template is called right now.
    var ownTemplate = ""
    private var places: [(template: String?, line: Int, name: String)] = []
    private(set) var missing: TemplateError?

    var count: Int { places.count }

    /// - Parameter template: `nil` where it is the template itself, and not what it includes.
    func note(_ name: String, template: String?, line: Int) -> Int {
        places.append((template, line, name))
        return places.count - 1
    }

    func report(_ number: Any??) -> TemplateError {
        let place = (number.flatMap { $0 } as? Int).map { places[$0] }
        let error = TemplateError(
            template: place?.template ?? ownTemplate,
            line: place?.line,
            reason: "«\(place?.name ?? "?")» is not defined; give it in the context, or write "
                + "«\(place?.name ?? "?")|default:\"…\"» where it may be missing"
        )
        missing = missing ?? error
        return error
    }

    /// As it was when there were `count` places, and nothing was missing.
    func forget(after count: Int) {
        places.removeSubrange(count...)
        missing = nil
    }
}

/// Loads what a template includes or extends from one folder, and makes it as strict.
private struct CheckedLoader: Loader {
    let folder: String
    let references: References

    func loadTemplate(name: String, environment: Environment) throws -> Stencil.Template {
        let path = folder + "/" + name
        let text = String(decoding: try LocalFiles.bytes(of: path), as: UTF8.self)
        let checked = StrictRewriting(template: path, references: references).rewritten(text)
        return environment.templateClass.init(templateString: checked, environment: environment, name: path)
    }
}
