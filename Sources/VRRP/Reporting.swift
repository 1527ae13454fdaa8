extension UInt64 {
    /// Whether the occurrence of this number, from 1 on, is reported: the 1st, 2nd, 4th, 8th …, so ever more rarely.
    public var isReported: Bool { self & (self - 1) == 0 }
}
