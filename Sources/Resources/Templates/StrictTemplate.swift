import Foundation
import Stencil

/// A Stencil template in which every variable must be defined.
///
/// Stencil renders an unknown variable as nothing. Here every expression of the text gets a filter of ours behind its
/// variable before Stencil reads it; the filter throws where there is no value. It carries a number, under which the
/// name and the true line are noted: Stencil's own line numbers are those of the first line with the same text.
struct StrictTemplate {
    /// A path, or something else that tells people which template it is.
    let name: String
    let text: String

    func rendered(with context: [String: any Encodable & Sendable]) -> Result<String, TemplateError> {
        let references = References()
        do {
            var values: [String: Any] = [:]
            for (key, value) in context { values[key] = try TemplateValue(value).stencilValue }
            let folder =
                name.hasPrefix("/") ? URL(fileURLWithPath: name).deletingLastPathComponent().path : nil
            let loader = folder.map { CheckedLoader(folder: $0, references: references) }
            let environment = Environment(loader: loader, extensions: [checks(references)])
            let checked = StrictRewriting(template: name, references: references).rewritten(text)
            return .success(try environment.renderTemplate(string: checked, context: values))
        } catch {
            return .failure(references.missing ?? failure(error))
        }
    }

    private func checks(_ references: References) -> Extension {
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

    private func failure(_ error: any Error) -> TemplateError {
        if let error = error as? TemplateError { return error }
        guard let error = error as? TemplateSyntaxError else {
            return TemplateError(template: name, line: nil, reason: "\(error)")
        }
        let line = error.token.map { Int($0.sourceMap.location.lineNumber) }
        return TemplateError(template: error.templateName ?? name, line: line, reason: error.reason)
    }
}

/// The places of a template where a variable is spoken of, by number.
final class References {
    private var places: [(template: String, line: Int, name: String)] = []
    private(set) var missing: TemplateError?

    func note(_ name: String, template: String, line: Int) -> Int {
        places.append((template, line, name))
        return places.count - 1
    }

    func report(_ number: Any??) -> TemplateError {
        let place = (number.flatMap { $0 } as? Int).map { places[$0] }
        let error = TemplateError(
            template: place?.template ?? "a template",
            line: place?.line,
            reason: "«\(place?.name ?? "?")» is not defined; give it in the context, or write "
                + "«\(place?.name ?? "?")|default:\"…\"» where it may be missing"
        )
        missing = missing ?? error
        return error
    }
}

/// Loads what a template includes or extends from one folder, and makes it as strict.
private struct CheckedLoader: Loader {
    let folder: String
    let references: References

    func loadTemplate(name: String, environment: Environment) throws -> Stencil.Template {
        let path = folder + "/" + name
        let text = String(decoding: try LocalFiles.read(path), as: UTF8.self)
        let checked = StrictRewriting(template: path, references: references).rewritten(text)
        return environment.templateClass.init(templateString: checked, environment: environment, name: path)
    }
}
