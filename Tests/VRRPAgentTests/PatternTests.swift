import CLinux
import Testing

@Suite("Patterns of file names")
struct PatternTests {
    @Test(
        "match as a shell's",
        arguments: [
            ("*.conf", "a.conf", true), ("*.conf", "a.conf.old", false), ("*", "", true),
            ("*", ".hidden", false),
            (".*", ".hidden", true), ("a*b*c", "aXbXbXc", true), ("a*b*c", "aXcXb", false), ("?", "a", true),
            ("?", "", false), ("[a-c]1", "b1", true), ("[!a-c]1", "b1", false), ("[]x]", "]", true),
            ("[a", "[a", true), ("[a-]", "-", true), (#"\*"#, "*", true), (#"\*"#, "a", false),
            ("a", "ab", false),
        ]
    )
    func match(pattern: String, name: String, matches: Bool) {
        #expect((linux_matches(pattern, name) == 1) == matches)
    }
}
