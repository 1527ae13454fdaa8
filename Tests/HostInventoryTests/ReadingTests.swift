import HostInventory
import Testing

@Suite("Typed variables")
struct ReadingTests {
    enum Flavour: String, Decodable, CaseIterable { case sweet, sour }

    @Test("a word reads as every type that it can mean")
    func lenient() throws {
        let vars = try variables(
            "n=101 q='\"101\"' s=51 z=007 f=1.10 y=yes on=True off=0 d=500ms l=[1,2] flavour=sour"
        )
        #expect(try vars["n"] == 101)
        #expect(try vars["q"] == UInt8(101))
        #expect(try vars["s"] == "51")
        #expect(try vars["z"] == "007")
        #expect(try vars["z"] == 7)
        #expect(try vars["f"] == "1.10")
        #expect(try vars["n"] == 101.0)
        #expect(try vars["y"] == true)
        #expect(try vars["on"] == true)
        #expect(try vars["on"] == "True")
        #expect(try vars["off"] == false)
        #expect(try vars["d"] == Duration.milliseconds(500))
        #expect(try vars["l"] == [1, 2])
        #expect(try vars["l"] == ["1", "2"])
        #expect(try vars["flavour"] == Flavour.sour)
        #expect(try vars["l"] == Value.list([1, 2]))
        #expect(try vars["missing"] == Int?.none)
        #expect(try vars["n"] == Int?.some(101))
        #expect(try vars["missing", default: 100] == 100)
        #expect(try vars["n", default: 5] == 101)
    }

    @Test("errors name file, line, host, variable, wanted type and found text")
    func errors() throws {
        let vars = try variables(
            "n=high p=70000 flavour=salty list=[1,x] l='[1, \"b\"]' ansible_become_pass=[1] big=1.5"
        )
        let place = "hosts.ini:1: host pi1: variable"
        #expect(message { try vars["n"] as Int } == "\(place) 'n': wanted Int, found 'high'")
        #expect(message { try vars["n", default: 1] as Int } == "\(place) 'n': wanted Int, found 'high'")
        #expect(message { try vars["p"] as UInt16 } == "\(place) 'p': wanted UInt16 (0…65535), found '70000'")
        #expect(
            message { try vars["flavour"] as Flavour }
                == "\(place) 'flavour': wanted one of sweet, sour, found 'salty'"
        )
        #expect(message { try vars["list"] as [Int] } == "\(place) 'list': wanted a list, found '[1,x]'")
        #expect(message { try vars["l"] as [Int] } == "\(place) 'l[1]': wanted Int, found \"b\"")
        #expect(
            message { try vars["ansible_become_pass"] as String }
                == "\(place) 'ansible_become_pass': wanted String, found «hidden»"
        )
        #expect(message { try vars["big"] as Int? } == "\(place) 'big': wanted Int, found '1.5'")
        #expect(
            message { try vars["lisst"] as Int }
                == "\(place) 'lisst' is not set (wanted Int); did you mean 'list'?"
        )
    }

    struct Balancer: Decodable {
        struct TLS: Decodable {
            var certificate: String
            var port: UInt16
        }
        var virtual_address: String
        var vrrp_priority: Int
        var flavour: Flavour
        var tls: TLS
        var note: String?
    }

    @Test("a struct is read whole")
    func whole() throws {
        let vars = try variables(
            "virtual_address=10.0.0.1 vrrp_priority=101 flavour=sweet tls=\"{'certificate': 'x', 'port': 443}\""
        )
        let balancer = try vars.decode(Balancer.self)
        #expect(balancer.virtual_address == "10.0.0.1")
        #expect(balancer.tls.port == 443)
        #expect(balancer.note == nil)
    }

    @Test("all missing and mistyped keys of a struct come in one error")
    func collected() throws {
        let vars = try variables("vrrp_prority=5 flavour=salty tls=\"{'port': 'x'}\"")
        let place = "hosts.ini:1: host pi1: variable"
        #expect(
            message { try vars.decode(Balancer.self) } == """
                \(place) 'virtual_address' is not set (wanted String)
                \(place) 'vrrp_priority' is not set (wanted Int); did you mean 'vrrp_prority'?
                \(place) 'flavour': wanted one of sweet, sour, found 'salty'
                \(place) 'tls.certificate' is not set (wanted String)
                \(place) 'tls.port': wanted UInt16 (0…65535), found "x"
                """
        )
    }

    struct Either: Decodable, Equatable {
        var value: String
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                value = "number \(number)"
            } else {
                value = try container.decode(String.self)
            }
        }
    }

    @Test("a type may try several forms of a value")
    func alternatives() throws {
        let vars = try variables("a=5 b=x c=[5,x,6]")
        #expect(try vars.value("a", as: Either.self).value == "number 5")
        #expect(try vars.value("b", as: Either.self).value == "x")
    }

    struct Even: Decodable {
        struct Odd: Error, CustomStringConvertible { var description: String { "wanted an even number" } }
        init(from decoder: any Decoder) throws {
            guard try decoder.singleValueContainer().decode(Int.self).isMultiple(of: 2) else { throw Odd() }
        }
    }

    @Test("a type's own check is told with the place")
    func refused() throws {
        let vars = try variables("a=5")
        #expect(
            message { try vars.value("a", as: Even.self) }
                == "hosts.ini:1: host pi1: variable 'a': wanted an even number, found '5'"
        )
    }

    @Test("no description, reflection or error shows a secret")
    func secrets() throws {
        let vars = try variables(
            "ansible_become_password=hunter2 api_token=hunter2 db=\"{'password': 'hunter2', 'user': 'x'}\" DB_PASS=hunter2"
        )
        var shown = "\(vars) \(String(reflecting: vars))"
        dump(vars, to: &shown)
        for variable in vars {
            shown += "\(variable) \(String(reflecting: variable))"
            dump(variable, to: &shown)
        }
        shown += message { try vars["api_token"] as Int }
        shown += message { try vars["db"] as Int }
        shown += message { try vars.value("db", as: [String: Int].self) }
        #expect(!shown.contains("hunter2"))
        #expect(shown.contains("«hidden»"))
        #expect(try vars["api_token"] == "hunter2")
    }

    @Test("values survive encoding and decoding")
    func codable() throws {
        let vars = Variables(host: "h", ["v": ["a": [1, true, nil, 1.5, "x"]]])
        #expect(try vars["v"] == Value.dictionary(["a": [1, true, nil, 1.5, "x"]]))
    }
}
