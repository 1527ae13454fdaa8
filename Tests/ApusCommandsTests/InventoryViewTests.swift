import Foundation
import HostInventory
import Testing

@testable import ApusCommands

@Suite("An inventory is shown")
struct InventoryViewTests {
    let inventory: Inventory

    init() throws {
        let text = """
            lone port=0x1f pages='["a", {"b": None}]' api_token=hunter2
            [web]
            web[01:03:2] weight=5 flag=True
            [db]
            db-a:2222 note="two words"
            [site:children]
            web
            db
            [web:vars]
            level=1.5
            shared = from web
            [all:vars]
            shared=from all
            """
        inventory = try Inventory(parsing: text, file: "hosts")
    }

    /// What ansible-inventory 2.18 says of it; `make test-ansible` compares many more.
    @Test func inTheShapeOfAnsibleInventory() throws {
        let expected = """
            {
              "all": {"children": ["ungrouped", "site"]},
              "ungrouped": {"hosts": ["lone"]},
              "site": {"children": ["web", "db"]},
              "web": {"hosts": ["web01", "web03"]},
              "db": {"hosts": ["db-a"]},
              "_meta": {"hostvars": {
                "lone": {"shared": "from all", "port": 31, "pages": ["a", {"b": null}], "api_token": "hunter2"},
                "web01": {"shared": "from web", "level": 1.5, "weight": 5, "flag": true},
                "web03": {"shared": "from web", "level": 1.5, "weight": 5, "flag": true},
                "db-a": {"shared": "from all", "ansible_port": 2222, "note": "two words"}
              }}
            }
            """
        let shown = InventoryView(inventory: inventory, showsSecrets: true).listing()
        #expect(try Self.value(shown) == Self.value(expected))
        #expect(!InventoryView(inventory: inventory).listing().contains("hunter2"))
    }

    private static func value(_ json: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    }

    @Test func asATree() {
        let expected = """
            @all:
              |--@ungrouped:
              |  |--lone
              |--@site:
              |  |--@web:
              |  |  |--web01
              |  |  |--web03
              |  |--@db:
              |  |  |--db-a

            """
        #expect(InventoryView(inventory: inventory).graph(of: "all") == expected)
    }

    @Test(
        "by the hosts that a pattern means, one a line",
        arguments: [
            ("all", "lone\nweb1\nweb2\ndb1\n", true), ("web:db:!web1", "web2\ndb1\n", true),
            ("web[-1]", "web2\n", true), ("site:&~^db", "db1\n", true),
            ("dbs", "has no group or host 'dbs'", false), ("web[7]", "'web' has 2 hosts", false),
        ]
    )
    func hosts(pattern: String, expected: String, isFound: Bool) async throws {
        let place = try TestPlace()
        try place.write("hosts", "lone\n[web]\nweb[1:2]\n[db]\ndb1\n[site:children]\nweb\ndb\n")
        let words = ["inventory", "hosts", pattern, "-i", "\(place.path)/hosts"]
        let ended = try await TestRun(words, in: place).end()
        #expect((ended.status == 0) == isFound)
        #expect(isFound ? ended.output == expected : ended.output.contains(expected), "\(ended.output)")
    }

    @Test(
        "by what each place says of a variable, the last one wins",
        arguments: [
            (
                "web01", "shared",
                "shared: \"from web\"\n  hosts:13  group all: \"from all\"\n→ hosts:11  group web: \"from web\"\n"
            ),
            ("db-a", "ansible_port", "ansible_port: 2222\n→ hosts:5  host db-a: 2222\n"),
            ("lone", "api_token", "api_token: «hidden»\n→ hosts:1  host lone: «hidden»\n"),
        ]
    )
    func explanation(host: String, variable: String, expected: String) throws {
        let host = try #require(inventory.host(named: host))
        #expect(InventoryView(inventory: inventory).explanation(of: variable, for: host) == expected)
    }
}
