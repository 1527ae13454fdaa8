import Provisioning
import Testing

@testable import Provisioning

@Suite("Text becomes shell syntax in one place")
struct ShellQuotingTests {
    @Test(
        "quotes only what needs it",
        arguments: [
            ("plain", "plain"), ("/etc/hosts", "/etc/hosts"), ("", "''"), ("two words", "'two words'"),
            ("$(rm -rf /)", "'$(rm -rf /)'"), ("it's", "'it'\\''s'"), ("-f", "-f"), ("a\nb", "'a\nb'"),
            ("größe", "'größe'"), ("~", "'~'"), ("*", "'*'"),
        ]
    )
    func quoting(word: String, quoted: String) {
        #expect(shellQuoted(word) == quoted)
    }
}

@Suite("Streams are taken apart at the marks")
struct ShellFramingTests {
    let framing = ShellFraming(nonce: "n")
    let sections = [ShellSection("a"), ShellSection("b")]

    @Test("wherever the stream is cut", arguments: [1, 2, 3, 5, 7, 1000])
    func cuts(size: Int) {
        let stream = Array("first\n\nn 1 0 0\nsec\nn 1 x\nn 2 1 0\nond\nn 1 1 7\n".utf8)
        var parser = ShellFraming.StreamParser(framing: framing, exchange: 1, sections: sections)
        var rest = stream[...]
        while !rest.isEmpty {
            parser.consume(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        #expect(parser.isComplete)
        #expect(
            parser.ended.map { String(decoding: $0.bytes, as: UTF8.self) } == [
                "first\n", "sec\nn 1 x\nn 2 1 0\nond",
            ]
        )
        #expect(parser.ended.map(\.status) == [0, 7])
    }

    @Test func onlyTheLastBytesAreKeptWhereThatIsEnough() {
        let section = ShellSection("a", retention: .last(100))
        var parser = ShellFraming.StreamParser(framing: framing, exchange: 1, sections: [section])
        for _ in 0..<1000 { parser.consume(Array("0123456789\n".utf8)) }
        parser.consume(Array("end\nn 1 0 0\n".utf8))
        #expect(parser.isComplete)
        #expect(parser.ended[0].bytes.count < 1000)
        #expect(parser.ended[0].bytes.suffix(3) == Array("end".utf8))
    }

    @Test func moreThanTheLimitIsNoticed() {
        let section = ShellSection("a", retention: .all(limit: 100))
        var parser = ShellFraming.StreamParser(framing: framing, exchange: 1, sections: [section])
        parser.consume([UInt8](repeating: 65, count: 101))
        #expect(parser.overflow == 100)
    }
}

@Suite("What people read of a command's output")
struct PrintableLinesTests {
    @Test(
        "one line each, without what would do something to a terminal",
        arguments: [
            ("", []), ("one\n\n two \n", ["one", "two"]), ("5%\r10%\rdone\n", ["5%", "10%", "done"]),
            ("\u{1B}[31mred\u{7}\0\u{9B}", ["[31mred"]), ("a\tb", ["a\tb"]), ("größe", ["größe"]),
        ]
    )
    func lines(text: String, lines: [String]) {
        #expect(text.printableLines == lines)
    }
}
