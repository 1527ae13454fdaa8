extension Inventory {
    /// A text that cannot be printed, interpolated, dumped or encoded by accident; `reveal()` is the one way
    /// to it.
    public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
        private let text: String

        public init(_ text: String) {
            self.text = text
        }

        public func reveal() -> String { text }

        public var description: String { hiddenText }
        public var debugDescription: String { hiddenText }
        public var customMirror: Mirror { Mirror(self, children: []) }
    }
}
