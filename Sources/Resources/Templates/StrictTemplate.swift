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
        do {
            var values: [String: Any] = [:]
            for (key, value) in context { values[key] = try TemplateValue(value).stencilValue }
            return .success(try CompiledTemplate.render(self, values))
        } catch {
            return .failure(failure(error))
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
