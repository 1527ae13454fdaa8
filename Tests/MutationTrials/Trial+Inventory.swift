import HostInventory
import Vault

extension Trial {
    private static let yamlSalt = "[]{}:&*!|>'\"#%@,- \n\t0x"

    static let inventories = [
        inventory(
            "INI inventories",
            as: .ini,
            salt: "[]:=\"'#;\\\n ,(){}-0aF\u{7F}",
            """
            lone:22 a=1 b="two words" c='[1, "x", {"k": None}]' # note
            [2001:db8::1]:2222 ansible_user=ubuntu
            web[01:03:1].lan port=0x1f t=True f=-1.5e3 v="r'\\\\n' '\\u00fc'"
            """,
            """
            [balancers]
            db-[a:c]
            [cluster:children]
            balancers # kids
            servers
            [servers]
            10.42.0.[1:3]
            [servers:vars]
            x = (1, 2), {3, 4}
            y = 'open
            ; comment
            [all:vars]
            ansible_ssh_common_args="-o 'A=b' -C"
            ansible_port=22
            """
        ),
        inventory(
            "YAML inventories",
            as: .yaml,
            salt: yamlSalt,
            """
            all:
              vars: {level: 0, mode: 0644}
              hosts:
                pi[1:2]: {weight: 5, list: [a, &b "c", *b]}
              children:
                balancers:
                  hosts:
                    pi2:2222:
                      note: |
                        two
                        lines
            """
        ),
        inventory(
            "JSON inventories",
            as: .json,
            salt: "[]{}:\",\\u0dD -eE.\n",
            #"{"all": {"hosts": {"a": {"n": [1, -2.5e3, true, null]}}, "children": {"g": {"vars": {"t": "\ud83d\ude00\n"}}}}}"#
        ),
        inventory(
            "answers of scripts",
            as: .listing,
            salt: "[]{}:\",\\u0dD -eE.\n",
            #"{"g": {"hosts": ["a", "b"], "vars": {"x": 1}, "children": ["h"]}, "h": ["c"], "_meta": {"hostvars": {"a": {"p": "\u00fc"}}}}"#
        ),
        Trial(
            "files of variables",
            texts: [
                """
                level: 1_000
                when: 2001-12-14t21:59:43.10-05:00
                base: &base {a: 0x1f, b: 1:30, c: .inf}
                more:
                  <<: *base
                  text: >-
                    folded
                  no: ~
                secret: !vault |
                  $ANSIBLE_VAULT;1.1;AES256
                  6162
                """
            ],
            salt: yamlSalt
        ) { text throws(Violation) in
            var options = Inventory.SourceOptions()
            options.vault = { _ in "opened" }
            return try accepts("v.yml:") { () throws(InventoryError) in
                try Inventory.variables(parsing: text, file: "v.yml", options: options)
            }
        },
        patterns,
    ]

    private static func inventory(
        _ name: String,
        as format: Inventory.Format,
        salt: String,
        _ texts: String...
    ) -> Trial {
        Trial(name, texts: texts, salt: salt) { text throws(Violation) in
            try accepts("m:") { () throws(InventoryError) in
                let inventory = try Inventory(parsing: text, file: "m", as: format)
                for host in inventory.hosts.prefix(3) { _ = Result { try host.connection } }
            }
        }
    }

    /// Whether `body` succeeds; its problems must name their place.
    private static func accepts(
        _ place: String,
        _ body: () throws(InventoryError) -> some Any
    ) throws(Violation) -> Bool {
        do {
            _ = try body()
            return true
        } catch {
            guard error.problems.allSatisfy({ "\($0)".contains(place) }), !error.problems.isEmpty else {
                throw Violation(description: "no place in «\(error)»")
            }
            return false
        }
    }

    private static let patterns = Trial(
        "patterns of hosts",
        texts: [
            "all:&balancers:!pi1", "web*,db[a-c!]?,~^(pi|db-)\\d+$", "servers[0],servers[1:3]:[2001:db8::1]",
        ],
        salt: "*?[]()~&!:,|+\\^$-{}0a"
    ) { text throws(Violation) in
        do {
            _ = try patternInventory.get().hosts(matching: Pattern(text))
            return true
        } catch {
            guard error is PatternError else { throw Violation(description: "the error \(error)") }
            return false
        }
    }

    private static let patternInventory = Result {
        try Inventory(parsing: "[balancers]\npi[1:2]\n[servers]\nweb[1:3].lan\ndb-a", file: "m")
    }

    static let secrets = [
        Trial(
            "vaults",
            texts: [VaultText(sealing: Array("secret".utf8), password: "password", id: "dev").text],
            salt: "$;012adf \n"
        ) { text throws(Violation) in
            do throws(VaultError) {
                _ = try VaultText(text)
                return true
            } catch {
                guard error.line != nil else { throw Violation(description: "no line in «\(error)»") }
                return false
            }
        }
    ]
}
