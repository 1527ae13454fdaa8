/// What all result builders have in common whose result is a list, in the order in which it is written.
public protocol ListBuilder {
    associatedtype Element
}

extension ListBuilder {
    public static func buildBlock(_ parts: [Element]...) -> [Element] { parts.flatMap(\.self) }
    public static func buildArray(_ parts: [[Element]]) -> [Element] { parts.flatMap(\.self) }
    public static func buildOptional(_ part: [Element]?) -> [Element] { part ?? [] }
    public static func buildEither(first: [Element]) -> [Element] { first }
    public static func buildEither(second: [Element]) -> [Element] { second }
}
