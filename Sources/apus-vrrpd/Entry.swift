import CLinux

#if hasFeature(Embedded)
@c(main)
func entry(count: Int32, values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    var arguments: [String] = []
    for index in 0..<Int(count) {
        if let value = values?[index] { arguments.append(String(cString: value)) }
    }
    return Command(arguments: arguments.dropFirst()).run()
}
#else
@main
struct Entry {
    static func main() {
        linux_exit(Command(arguments: CommandLine.arguments.dropFirst()).run())
    }
}
#endif
