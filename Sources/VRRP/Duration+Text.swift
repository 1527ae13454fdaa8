extension Duration {
    /// Seconds with milliseconds, cut rather than rounded: "3.609 s".
    public var secondsText: String {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return "-" + (Duration.zero - self).secondsText }
        let milliseconds = Int(attoseconds / 1_000_000_000_000_000)
        let padding = milliseconds < 10 ? "00" : (milliseconds < 100 ? "0" : "")
        return "\(seconds).\(padding)\(milliseconds) s"
    }
}
