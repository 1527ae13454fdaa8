import HostInventory
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

    /// - Parameter path: absolute.
    static func reading(_ path: String) -> Result<StrictTemplate, TemplateError> {
        do {
            guard let text = String(validating: try LocalFiles.bytes(of: path), as: UTF8.self) else {
                return .failure(TemplateError(template: path, line: nil, reason: "is not UTF-8"))
            }
            return .success(StrictTemplate(name: path, text: text))
        } catch {
            return .failure(TemplateError(template: path, line: nil, reason: "\(error)"))
        }
    }

    /// - Parameter secrets: where there are any, the content is a secret too.
    func rendered(
        with context: [String: any Encodable & Sendable],
        _ secrets: [String: Secret]
    ) -> Result<Content, TemplateError> {
        if let name = secrets.keys.sorted().first(where: { context[$0] != nil }) {
            let reason = "«\(name)» is in the context and among the secrets"
            return .failure(TemplateError(template: self.name, line: nil, reason: reason))
        }
        return Result { () throws(TemplateError) in
            let text = try text(with: context.merging(secrets.mapValues(\.revealed)) { $1 })
            return .bytes(Array(text.utf8), isSecret: !secrets.isEmpty)
        }
    }

    func text(with context: [String: any Encodable & Sendable]) throws(TemplateError) -> String {
        do {
            var values: [String: Any] = [:]
            for (key, value) in context { values[key] = try TemplateValue(value).stencilValue }
            return try CompiledTemplate.render(self, values)
        } catch {
            throw failure(error)
        }
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
