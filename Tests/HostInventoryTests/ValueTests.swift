import Testing

@testable import HostInventory

@Suite("Values as text")
struct ValueTests {
    @Test(
        "JSON is what Python's json.dumps says",
        arguments: [
            (.null, "null"), (true, "true"), (5, "5"), (1.0, "1.0"), (1e16, "1e+16"), (1e-5, "1e-05"),
            (.double(.infinity), "Infinity"), (.double(-.infinity), "-Infinity"), (.double(.nan), "NaN"),
            ("ü😀/", "\"ü😀/\""), ("\"\\\n\r\t\u{8}\u{C}\u{1}\u{1B}", #""\"\\\n\r\t\b\f\u0001\u001b""#),
            ([], "[]"), ([:], "{}"),
            (
                ["b": [1, ["c": nil]], "a": [:], "B": "x"],
                """
                {
                    "B": "x",
                    "a": {},
                    "b": [
                        1,
                        {
                            "c": null
                        }
                    ]
                }
                """
            ),
        ] as [(Value, String)]
    )
    func json(value: Value, text: String) {
        #expect(value.json == text)
    }

    @Test("shown to people, a text stays on its line, with its control characters escaped")
    func shown() {
        #expect(Value.list(["a\"b", "\u{1B}[2J\n"]).description == #"["a\"b", "\u001b[2J\n"]"#)
    }
}
