// What a role or playbook writes with, behind one import.
@_exported public import HostInventory
@_exported public import Provisioning
@_exported public import Resources
