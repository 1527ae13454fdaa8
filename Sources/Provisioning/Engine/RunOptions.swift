public import HostInventory

/// How a run goes about it.
public struct RunOptions: Sendable {
    /// Looks and predicts, changes nothing.
    public var check = false
    /// Fetches the present content of files that would be replaced, for reporters to show.
    public var diff = false
    /// Hosts at work at the same time.
    public var forks = 64
    public var limit: Pattern?
    /// Which tasks run; all by default.
    public var tags = TagSelection()
    /// Each host begins with the task of this title or heading; `nil` begins with the first.
    public var startAt: String?
    /// Asked before each task of each host, one question at a time; `nil`, the default, asks nothing.
    public var confirm: (@Sendable (_ host: String, _ task: String) async -> StepAnswer)?
    /// How far the run came that this one resumes: what was done is not done again, and what was due is due.
    public var resume: RunProgress?
    /// Results of check mode say by fingerprints of this key what changes are made of.
    public var previewKey: FingerprintKey?
    /// Only what this plan says may change; needs its `previewKey`.
    public var plan: RunPlan?
    /// For a connection, from the first packet to the end of authentication.
    public var connectDeadline: Duration = .seconds(10)
    /// For a look at all things of one kind on a host. Where it takes longer, each is looked at alone, and the one that
    /// hangs is named; for kinds with a deadline of their own that one holds.
    public var lookDeadline: Duration = .seconds(20)
    /// For sudo or su, where the inventory gives none.
    public var becomePassword: Secret?

    /// Keeps other runs away from the hosts of this one. `nil`, the default of the library, takes no lock; nor does
    /// check mode.
    public var lock: HostLock?
    /// Where hosts keep the jobs of a run; `nil` is /var/lib/apus/jobs of root, and ~/.local/state/apus/jobs of others.
    public var jobFolder: String?
    /// What else reads variables of the inventory: these are no typing errors then.
    public var otherPlaybooks: [Playbook] = []
    /// By which the run can be asked to stop.
    public var interruption = Interruption()

    public init() {}
}

/// What a person says to a task before it runs.
public enum StepAnswer: Sendable {
    case run
    case skip
    /// This one and all that follow.
    case runAll
    /// Nothing more in this run.
    case stop
}

/// Which tasks run, by their tags.
public struct TagSelection: Sendable {
    /// Only tasks with one of these, and those tagged `always`; empty is all.
    public var only: Set<String>
    public var skipped: Set<String>

    /// Tags that mean something although no task may have them.
    static let special: Set<String> = ["always", "never"]

    public init(only: Set<String> = [], skipped: Set<String> = []) {
        self.only = only
        self.skipped = skipped
    }

    func includes(_ tags: Set<String>) -> Bool {
        if !tags.isDisjoint(with: skipped) { return false }
        if !tags.isDisjoint(with: only) { return true }
        if tags.contains("never") { return false }
        return only.isEmpty || tags.contains("always")
    }
}
