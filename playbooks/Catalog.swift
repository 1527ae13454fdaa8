public import Apus

/// The playbooks of this repository's `apus`, in the order of `apus list`.
public let catalog = Catalog([site, install, buildImages, vrrp, keepalived, reboot, serverShutdown])
