import Foundation
import KeepalivedConfiguration
import Testing
import VRRPCluster

@Suite("A keepalived.conf of this machine")
struct KeepalivedFileTests {
    /// A folder of the test's own; it goes with it.
    private final class Folder {
        let path: String

        init(_ files: [String: String]) throws {
            let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            path = url.path
            for (name, text) in files {
                let file = url.appendingPathComponent(name)
                let folder = file.deletingLastPathComponent()
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        var file: KeepalivedFile { KeepalivedFile(path + "/keepalived.conf") }
    }

    private func router(_ more: String) -> String {
        "vrrp_instance r {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress { 10.0.0.100 }\n\(more)\n}"
    }

    @Test("is one text with what it includes, and means the same")
    func seed004() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let folder = root + "/inventories/keepalived/node01"
        let file = KeepalivedFile(folder + "/keepalived.conf")
        let configuration = try file.configuration()
        #expect(configuration.instances.map(\.name) == ["GLUSTERFS", "KUBERNETES", "SSH"])
        let again = try Configuration(parsing: file.text, file: "one.conf")
        #expect(again.rendered() == configuration.rendered())
        #expect(again.warnings.isEmpty)
        let companion = try #require(file.companions.first)
        #expect(companion.path == "/etc/keepalived/iptables.sh" && companion.isProgram)
        #expect(companion.source == folder + "/iptables.sh")
    }

    @Test("includes by absolute path what is to be beside it, and what that includes")
    func absolute() throws {
        let folder = try Folder([
            "keepalived.conf": "# first\ninclude /etc/keepalived/a/*.conf # gone\n! last",
            "a/1.conf": "include b/2.conf", "a/b/2.conf": router(""),
        ])
        #expect(try folder.file.text == "# first\n\(router(""))\n! last")
    }

    @Test("arguments beside it come along, and programs must be there")
    func companions() throws {
        let script =
            "vrrp_script check {\nscript \"/etc/keepalived/bin/check /etc/keepalived/limits /etc/keepalived/none\"\n}"
        let text = script + "\n" + router("notify_stop /usr/bin/logger")
        let folder = try Folder(["keepalived.conf": text, "bin/check": "", "limits": ""])
        let found = try folder.file.companions
        #expect(found.map(\.path) == ["/etc/keepalived/bin/check", "/etc/keepalived/limits"])
        #expect(found.map(\.isProgram) == [true, false])
        let missing = try Folder(["keepalived.conf": text])
        let error = #expect(throws: KeepalivedFileError.self) { try missing.file.companions }
        #expect(
            error?.description.contains(
                "it runs /etc/keepalived/bin/check, and there is no \(missing.path)/bin/check"
            ) == true
        )
    }

    @Test("nothing stands behind an include, where it would be lost")
    func trailing() throws {
        let folder = try Folder(["keepalived.conf": "include a.conf global_defs {\n}", "a.conf": router("")])
        let error = #expect(throws: ConfigurationErrors.self) { try folder.file.text }
        #expect(
            error?.description
                == "\(folder.path)/keepalived.conf:1:1: nothing may follow the file that is included on its line"
        )
    }
}
