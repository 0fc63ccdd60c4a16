.PHONY: a c
