# Every check that CI runs is a target here; `make help` lists them.
SWIFT ?= swift
SOURCES = Package.swift Sources Tests Benchmarks roles playbooks
APUS = .build/debug/apus
UNIT_TESTS = $(filter-out LabTests, $(notdir $(patsubst %/, %, $(wildcard Tests/*Tests/))))

.PHONY: help
help: ## Lists the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: demo
demo: build agents ## Boots five nodes here, deploys to them, kills a balancer, and shows it all
	@scripts/demo $(APUS)

.PHONY: demo-down
demo-down: ## Removes every trace of the demo's nodes; keeps the cache
	@lab/lab down

.PHONY: test
test: check test-lab ## Installs what is needed and runs all tests, the lab's included

.PHONY: check
check: lint build agents ## Formatting, a build with warnings as errors, the agents, all tests that need no lab
# A process for each: simulations keep all cores busy, and tests that wait for real programs would wait for them too.
	@scripts/run-tests $(UNIT_TESTS)

.PHONY: test-lab
test-lab: build agents ## The tests on the five real nodes of the lab
	lab/lab up
	APUS_LAB=1 scripts/run-tests --no-parallel LabTests; status=$$?; lab/lab down; exit $$status

.PHONY: mutations
mutations: deps ## A million broken inputs for each parser: no crash, no hang, memory flat (a quarter of an hour)
	$(SWIFT) build -c release --product apus-mutations
	nice .build/release/apus-mutations 1000000

.PHONY: simulations
simulations: build ## A hundred thousand simulated failures of VRRP routers
	APUS_VRRP_SCHEDULES=100000 $(SWIFT) test --skip-build --no-parallel --filter VRRPTests.SimulationTests

.PHONY: test-ansible
test-ansible: build ## Inventories and vaults, read as Ansible reads them, and by it (needs python3 and PyPI)
	@scripts/with-ansible scripts/test-inventory $(APUS)
	@scripts/with-ansible scripts/test-vault $(APUS)

.PHONY: test-ipvs
test-ipvs: agents ## Virtual servers by ip_vs, in a virtual machine (needs qemu-system-x86_64)
	@scripts/test-ipvs

.PHONY: bench
bench: deps ## Measures reruns, a long way, many hosts and uploads, against bare ssh and the peers
	$(SWIFT) build -c release --product apus-bench
	@for benchmark in converged against-peers latency fan-out uploads inventory; do Benchmarks/$$benchmark || exit; done

.PHONY: bench-vrrp
bench-vrrp: agents ## Measures how fast a virtual address moves, beside keepalived (root, 25 minutes)
	Benchmarks/takeover

.PHONY: build
build: deps ## Builds everything, debug
	$(SWIFT) build --build-tests

.PHONY: release
release: deps ## Builds the command line, optimized
	$(SWIFT) build -c release --product apus

.PHONY: agents
agents: deps ## Builds the static VRRP agents as Embedded Swift, one for each architecture
	@scripts/build-agents

.PHONY: deps
deps: ## Installs what building and testing needs (Debian, root or sudo)
	@scripts/install-dependencies

.PHONY: lint
lint: ## Checks the formatting
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

.PHONY: format
format: ## Formats the sources in place
	$(SWIFT) format --in-place --recursive --parallel $(SOURCES)
