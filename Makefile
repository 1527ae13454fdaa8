# Every check that CI runs is a target here; `make help` lists them.
SWIFT ?= swift
SOURCES = Package.swift Sources Tests roles playbooks

.PHONY: help
help: ## Lists the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: deps
deps: ## Installs what building and testing needs (Debian, root or sudo)
	@scripts/install-dependencies

.PHONY: build
build: deps ## Builds everything, debug
	$(SWIFT) build --build-tests

.PHONY: lint
lint: ## Checks the formatting
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

.PHONY: format
format: ## Formats the sources in place
	$(SWIFT) format --in-place --recursive --parallel $(SOURCES)

.PHONY: agents
agents: ## Builds the static VRRP agents as Embedded Swift, one for each architecture
	@scripts/build-agents
