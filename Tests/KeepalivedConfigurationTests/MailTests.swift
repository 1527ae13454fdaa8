import KeepalivedConfiguration
import Testing

@Suite("Mail keywords")
struct MailTests {
    @Test("what only concerns mail is a warning, since nothing but the mail is missing")
    func mail() throws {
        let text = """
            global_defs {
                notification_email {
                    admin@example.org
                }
                notification_email_from node@example.org
                smtp_server 192.0.2.1
                smtp_connect_timeout 30
                router_id node
            }
            vrrp_instance a {
                interface eth0
                virtual_router_id 51
                smtp_alert
                virtual_ipaddress {
                    10.0.0.1
                }
            }
            """
        let configuration = try Configuration(parsing: text, file: "a.conf")
        #expect(configuration.globals.routerID == "node")
        let warned = configuration.warnings.map(\.description)
        for keyword in ["notification_email", "notification_email_from", "smtp_server", "smtp_alert"] {
            #expect(warned.contains { $0.contains("'\(keyword)' has no effect") }, "\(keyword): \(warned)")
        }
    }
}
