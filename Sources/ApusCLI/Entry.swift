import ApusCommands
import Playbooks

@main
struct Entry {
    static func main() async {
        await ApusCommand.main(catalog: catalog)
    }
}
