.PHONY: a
