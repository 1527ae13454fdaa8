public import KeepalivedConfiguration

/// A role that makes its host a virtual router, for those who look at all routers together.
public protocol RouterRole {
    /// What the host's agent is to read.
    ///
    /// - Throws: what is wrong with it, for people.
    var configuration: Configuration { get throws }
}
