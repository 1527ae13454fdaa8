import Testing
import VRRP

@testable import apus_vrrpd

/// By the rules of the text format 0.0.4, whose readers drop all of a page with one wrong line.
@Suite("Prometheus's text")
struct PrometheusTests {
    /// Names that need care, and several of everything.
    private static func report() -> StatusReport {
        let trackers = ["a \"b\"", "c\\d\ne"].map {
            StatusReport.Tracker(name: $0, weight: -5, passes: false, part: -5)
        }
        let instances = ["one", "t\"w\\o"].map { name in
            StatusReport.Instance(
                name: name,
                interface: "eth0",
                virtualRouter: 51,
                version: 2,
                interval: .seconds(1),
                state: .backup,
                age: .zero,
                since: "",
                reason: "",
                basePriority: 100,
                priority: 90,
                trackers: trackers + [.init(name: "new", weight: 1, passes: nil, part: 0)],
                addresses: [],
                peers: [],
                transitions: 1,
                sent: 2,
                received: 3,
                rejections: Rejection.allCases.map { ($0.description, 4) }
            )
        }
        let servers = ["10.0.0.1:80", "[fd99::1]:80"].map {
            StatusReport.Server(name: $0, isUp: true, age: .zero, since: "", weight: 1, checks: [])
        }
        let services = ["10.0.0.9:80", "10.0.0.9:80/udp"].map { name in
            StatusReport.Service(name: name, hasQuorum: true, quorum: 1, weight: 2, servers: servers)
        }
        return StatusReport(isHandingOver: false, instances: instances, services: services)
    }

    @Test("every line is a header or a sample of the family above it, and none is there twice")
    func format() throws {
        let text = Self.report().prometheus
        #expect(text.hasSuffix("\n"))
        let header = try Regex("# (HELP|TYPE) ([a-z_]+) (.+)")
        let label = #"[a-z_]+="([^"\\\n]|\\["\\n])*""#
        let sample = try Regex(#"([a-z_]+)\{(\#(label)(,\#(label))*)\} -?[0-9]+"#)
        var (described, typed): ([Substring], [Substring]) = ([], [])
        var series: Set<Substring> = []
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            if let found = try header.wholeMatch(in: line) {
                let (word, name) = (found[1].substring, try #require(found[2].substring))
                if word == "HELP" { described.append(name) } else { typed.append(name) }
                let isCounter = found[3].substring == "counter"
                #expect(word == "HELP" || isCounter == name.hasSuffix("_total"), "\(line)")
            } else {
                let found = try #require(try sample.wholeMatch(in: line), "\(line)")
                #expect(found[1].substring == typed.last, "\(line)")
                #expect(series.insert(line.prefix { $0 != "}" }).inserted, "\(line)")
            }
        }
        #expect(described == typed && Set(typed).count == typed.count)
        // Two states of each four, two trackers with a result of each, and so on.
        #expect(series.count == 2 * (4 + 1 + 2 + 3 + Rejection.allCases.count) + 2 * (2 + 2 * 2))
    }
}
