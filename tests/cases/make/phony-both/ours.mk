.PHONY: a b
