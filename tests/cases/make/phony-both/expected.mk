.PHONY: a b c
