import Apus

let site = Playbook("site", summary: "The whole cluster: install, buildimages, vrrp") {
    install
    buildImages
    vrrp
}
