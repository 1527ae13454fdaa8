extension UInt64 {
    /// Whether the occurrence of this number, from 1 on, is reported: the 1st, 2nd, 4th, 8th …, so ever more rarely.
    public var isReported: Bool { self & (self - 1) == 0 }

    /// Counts one more occurrence.
    ///
    /// - Returns: whether it is reported.
    public mutating func countReported() -> Bool {
        self += 1
        return isReported
    }
}
