import HostInventory
import Testing

@Suite("JSON")
struct JSONTests {
    private static func listing(_ variables: String) throws(InventoryError) -> Inventory {
        let text = "{\"g\": [\"h\"], \"_meta\": {\"hostvars\":\n {\"h\": \(variables)}}}"
        return try Inventory(parsing: text, file: "a.json", as: .listing)
    }

    @Test(
        "values are those that Python reads",
        arguments: [
            ("1", .int(1)), ("-0", .int(0)), ("1e2", .double(100)), ("-1.50", .double(-1.5)),
            ("12345678901234567890", .double(12_345_678_901_234_567_168)), ("Infinity", .double(.infinity)),
            (" [ true ,null ] ", [true, nil]), ("{}", .dictionary([:])), (#""\u00fc\/\t""#, "ü/\t"),
            (#""\ud83d\ude00""#, "😀"), (#""\ud83dx""#, "\u{FFFD}x"),
            (#"{"__ansible_unsafe": "{{ x }}"}"#, "{{ x }}"),
            ("\"yes\"", "yes"), ("\"0x1f\"", "0x1f"),
        ] as [(String, Value)]
    )
    func values(text: String, value: Value) throws {
        let host = try Self.listing("{\"v\": \(text)}").hosts[0]
        #expect(host.vars.variable("v")?.value == value)
    }

    @Test(
        "what is wrong is said with line and column",
        arguments: [
            ("{\"v\": 01}", "2:14: is not JSON: wanted a value"),
            ("{\"v\": .5}", "2:14: is not JSON: wanted a value"),
            ("{\"v\": 1.}", "2:14: is not JSON: wanted a value"),
            ("{\"v\": yes}", "2:14: is not JSON: wanted a value"),
            ("{\"ü\": 'x'}", "2:14: is not JSON: wanted a value"),
            ("{v: 1}", "2:9: is not JSON: wanted a key in quotes"),
            ("{\"v\" 1}", "2:13: is not JSON: wanted ':' after a key"),
            ("{\"v\": [1 2]}", "2:17: is not JSON: wanted a comma or ']'"),
            ("{\"v\": \"\\x\"}", "2:15: is not JSON: there is no such escape"),
            ("{\"v\": \"\\u12\"}", "2:15: is not JSON: wanted four hexadecimal digits"),
            ("{\"v\": 1, \"v\": 2}", "2:17: the key 'v' is there twice"),
            ("{\"v\": {\"__ansible_vault\": \"x\"}}", "2:14: is encrypted, and no vault password was given"),
            ("{}}}} x", "2:14: is not JSON: wanted nothing after its end"),
            (String(repeating: "[", count: 300), "2:261: is not JSON: it is nested too deeply"),
        ]
    )
    func problems(text: String, message: String) {
        let error = #expect(throws: InventoryError.self) { try Self.listing(text) }
        #expect(error?.description == "a.json:\(message)")
    }

    @Test(
        "a text that is cut anywhere is an error",
        arguments: [#"{"g": {"hosts": ["h\u00fc"], "vars": {"x": -1}}}"#]
    )
    func cuts(text: String) {
        for count in 1..<text.count {
            #expect(throws: InventoryError.self, "\(text.prefix(count))") {
                try Inventory(parsing: String(text.prefix(count)), file: "a.json", as: .listing)
            }
        }
    }
}
