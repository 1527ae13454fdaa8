import Provisioning
import Testing

@testable import Resources

@Suite("Packages")
struct PackageTests {
    private func seen(_ package: Package, _ dpkg: String, policy: String = "") throws -> Package.Seen {
        let observations = package.packages.map { PackageObservation(package: $0) }
        let candidates = package.packages.map { PackageCandidateObservation(package: $0) }
        return Package.Seen(
            installed: try PackageObservation.answers(from: ShellOutput(dpkg), for: observations),
            candidates: package.state == .latest
                ? try PackageCandidateObservation.answers(from: ShellOutput(policy), for: candidates) : []
        )
    }

    @Test(
        "plans only what differs",
        arguments: [
            (Package("nginx"), "nginx\tamd64\tinstalled\t1.22\n", "unchanged"),
            (Package("nginx"), "", "change: nginx: absent → installed"),
            (
                Package("nginx"), "nginx\tamd64\tconfig-files\t1.22\n",
                "change: nginx: config-files 1.22 → installed"
            ),
            (
                Package("nginx"), "nginx\tamd64\thalf-configured\t1\n",
                "change: nginx: half-configured 1 → installed"
            ),
            (Package("man-db"), "man-db\tamd64\ttriggers-pending\t2\n", "unchanged"),
            (
                Package("libc6:armhf"), "libc6\tamd64\tinstalled\t2\n",
                "change: libc6:armhf: absent → installed"
            ),
            (Package("libc6"), "libc6\tarmhf\tnot-installed\t\nlibc6\tamd64\tinstalled\t2\n", "unchanged"),
            (Package(["a1", "b2"]), "b2\tall\tinstalled\t1\n", "change: a1: absent → installed"),
            (Package("nginx", state: .absent), "nginx\tall\tinstalled\t1\n", "change: nginx: 1 → absent"),
            (Package("nginx", state: .absent), "nginx\tall\tconfig-files\t1\n", "unchanged"),
            (
                Package("nginx", state: .purged), "nginx\tall\tconfig-files\t1\n",
                "change: nginx: config-files 1 → absent"
            ),
            (Package("nginx", state: .purged), "", "unchanged"),
        ]
    )
    func plan(package: Package, dpkg: String, plan: String) throws {
        #expect(package.plan(from: try seen(package, dpkg)).shown == plan)
    }

    @Test(
        "follows what the lists offer",
        arguments: [
            ("nginx:\n  Installed: 1.22\n  Candidate: 1.22\n", "unchanged"),
            ("nginx:\n  Installed: 1.22\n  Candidate: 1.24\n", "change: nginx: 1.22 → 1.24"),
            ("nginx:\n  Installed: 1.22\n  Candidate: (none)\n", "unchanged"),
            ("", "unchanged"),
        ]
    )
    func latest(policy: String, plan: String) throws {
        let package = Package("nginx", state: .latest)
        #expect(
            package.plan(from: try seen(package, "nginx\tall\tinstalled\t1.22\n", policy: policy)).shown
                == plan
        )
    }

    @Test("installs only what is missing, in one call of apt-get")
    func steps() throws {
        let package = Package(["a1", "b2", "c3"], recommends: false)
        let plan = package.plan(from: try seen(package, "b2\tall\tinstalled\t1\n"))
        #expect(plan.titles == ["apt-get install a1 c3"])
        #expect(plan.script.contains("install --no-install-recommends -- a1 c3"))
        #expect(try shell("sh -n -c \(shellQuoted(plan.script))").status == 0)
    }

    @Test("refuses what is no package's name", arguments: ["", "A", "a*", "-x", "nginx;reboot", "a b"])
    func names(name: String) { #expect(throws: ResourceError.self) { try Package(name).validate() } }

    @Test("sees this machine's packages")
    func reality() throws {
        let states = try look(at: ["dpkg", "no-such-package-here"].map { PackageObservation(package: $0) })
        #expect(states[0].isInstalled && !states[0].version.isEmpty)
        #expect(states[1] == .unknownToDpkg)
        let policy = try look(
            at: ["dpkg", "no-such-package-here"].map { PackageCandidateObservation(package: $0) }
        )
        #expect(policy[0] != nil && policy[1] == nil)
    }
}

@Suite("Upgrades")
struct PackageUpgradeTests {
    private let upgrade = PackageUpgrade()

    @Test(
        "plans from lists and simulation",
        arguments: [
            ("age 60\nlook upgrade\n", "unchanged"),
            (
                "age 60\nlook upgrade\nInst bash [5.2-1] (5.2-2 Debian:12 [amd64])\n",
                "change: bash: 5.2-1 → 5.2-2"
            ),
            (
                "age 60\nlook upgrade\nInst linux-image-2 (6.2 Debian:12 [amd64])\n",
                "change: linux-image-2: absent → 6.2"
            ),
            (
                "age 108000\nlook upgrade\nstale\n",
                "change: package lists: 30 h old → refreshed, then upgraded"
            ),
            (
                "age 864000\nlook upgrade\nstale\n",
                "change: package lists: 10 days old → refreshed, then upgraded"
            ),
            ("age none\nlook upgrade\nstale\n", "change: package lists: absent → refreshed, then upgraded"),
            ("age 60\ninterrupted\n", "change: dpkg: interrupted → finished"),
        ]
    )
    func plan(output: String, plan: String) throws {
        let subject = UpgradeObservation(kind: .safe, validity: 86400)
        let state = try UpgradeObservation.answers(from: ShellOutput(output), for: [subject])[0]
        #expect(upgrade.plan(from: state).shown == plan)
    }

    @Test("fetches lists only where they are stale")
    func refreshing() {
        let stale = upgrade.plan(from: UpgradeState(listsAge: 90000, isStale: true))
        #expect(stale.titles == ["apt-get update, apt-get upgrade"])
        let line = "Inst bash [1] (2 x)".split(separator: " ")
        let fresh = upgrade.plan(from: UpgradeState(listsAge: 5, upgrades: [.init(simulated: line)]))
        #expect(fresh.titles == ["apt-get upgrade"])
        #expect(fresh.script.contains("lists_are_there || refresh"))
        #expect(throws: ResourceError.self) { try PackageUpgrade(validity: .seconds(60)).validate() }
    }

    @Test("its scripts are POSIX sh, and the look at this machine tells the lists' age")
    func reality() throws {
        let state = try look(at: [UpgradeObservation(kind: .safe, validity: 0)])[0]
        #expect(state.listsAge == nil || state.isStale || state.listsAge == 0)
        let script = upgrade.plan(from: UpgradeState(listsAge: nil, isStale: true)).script
        #expect(try shell("sh -n -c \(shellQuoted(script))").status == 0)
    }
}
