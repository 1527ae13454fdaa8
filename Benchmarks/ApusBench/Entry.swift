import Apus
import ApusCommands
import Foundation

/// `apus` with the benchmarks' playbooks instead of the repository's.
@main
struct Entry {
    static func main() async {
        await ApusCommand.main(catalog: Catalog([operations, fanOut, uploadFile, uploadTree]))
    }

    /// What Benchmarks/peers has for Ansible and pyinfra too: 17 operations, or as many more as there are more files.
    static let operations = Playbook("operations", summary: "17 operations, ten of them templated files") {
        Play("Operate", on: "all", become: .root) { host in
            Package(["cron", "less", "psmisc"])
            Directory("/etc/bench", mode: 0o755)
            for number in 1...files {
                Template(
                    "/etc/bench/file\(number).conf",
                    text: "# file {{ number }} of {{ host }}\nlisten = 10.0.0.{{ number }}:80\nworkers = 4\n",
                    context: ["number": number, "host": host.name],
                    mode: 0o644
                )
            }
            User("bench", shell: "/bin/sh")
            Line("/etc/bench.conf", "answer = 42", create: true)
            Sysctl("net.ipv4.ip_forward", 1)
            Service("cron.service")
            Command(["touch", "/var/lib/bench.done"], creates: "/var/lib/bench.done")
        }
    }

    /// For many names of one machine: each host has a folder of its own there.
    static let fanOut = Playbook("fanout", summary: "11 operations in $BENCH_FOLDER/HOST") {
        Play("Write files", on: "all") { host in
            let folder =
                (ProcessInfo.processInfo.environment["BENCH_FOLDER"] ?? "/tmp/bench") + "/" + host.name
            Directory(folder, mode: 0o755)
            for number in 1...10 {
                Template(
                    "\(folder)/file\(number).conf",
                    text: "# file {{ number }} of {{ host }}\nlisten = 10.0.0.{{ number }}:80\nworkers = 4\n",
                    context: ["number": number, "host": host.name],
                    mode: 0o644
                )
            }
        }
    }

    static let uploadFile = Playbook("upload-file", summary: "$BENCH_SOURCE, a file, to $BENCH_TARGET") {
        Play("Upload", on: "all") { _ in File(target, source: source) }
    }

    static let uploadTree = Playbook("upload-tree", summary: "$BENCH_SOURCE, a folder, to $BENCH_TARGET") {
        Play("Upload", on: "all") { _ in FileTree(target, source: source) }
    }

    private static let source = ProcessInfo.processInfo.environment["BENCH_SOURCE"] ?? "/tmp/bench"
    private static let target = ProcessInfo.processInfo.environment["BENCH_TARGET"] ?? "/tmp/bench"
    private static let files = ProcessInfo.processInfo.environment["BENCH_FILES"].flatMap { Int($0) } ?? 10
}
